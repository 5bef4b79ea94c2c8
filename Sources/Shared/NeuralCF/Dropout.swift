import Kernels
package import Plan

/// Which hidden units a sample does without while it is trained (Srivastava et al.: "Dropout", 2014), drawn by counter
/// from seed, epoch, sample, layer and unit, so that the same units are missing whoever trains the sample beside
/// whichever others. What is kept is scaled up, so that nothing changes where nothing is dropped: at evaluation.
package struct Dropout: Sendable {
  private let stream: RandomStream
  /// A unit is dropped where its sixteen bits are below this.
  private let threshold: UInt64
  private let scale: Float

  /// What sixteen bits tell apart.
  private static let range = 65536.0
  /// Limit: a layer has at most 4096 units (`TrainingPlan.widthLimit`), four of which share a random number.
  private static let wordBits: UInt64 = 10

  /// nil where nothing is dropped.
  /// - Parameter share: of the units of each hidden layer, 0 or more, below 1
  package init?(share: Double, seed: UInt64, epoch: Epoch) {
    precondition(share >= 0 && share < 1, "a dropout of \(share)")
    guard share > 0 else { return nil }
    let dropped = min(max((share * Self.range).rounded(), 1), Self.range - 1)
    stream = RandomStream(seed: seed, .dropout, UInt64(epoch.rawValue))
    threshold = UInt64(dropped)
    scale = Float(Self.range / (Self.range - dropped))
  }

  /// Draws what a layer's units are multiplied by: 0, or 1 / (1 − share).
  /// - Parameters:
  ///   - numbers: `[samples]`, what tells each sample from all others of an epoch
  ///   - layer, layers: which of how many hidden layers, from 0
  ///   - masks: a row of `width` floats for each sample
  func draw(
    _ numbers: Span<UInt64>, layer: Int, of layers: Int, width: Int, into masks: inout MutableSpan<Float>,
    _ rows: RowLayout
  ) {
    rows.check(numbers.count, of: width, in: masks.count)
    for sample in numbers.indices {
      let counter = (numbers[sample] &* UInt64(layers) &+ UInt64(layer)) << Self.wordBits
      let start = rows.offset + sample * rows.stride
      for first in stride(from: 0, to: width, by: 4) {
        var bits = stream[counter &+ UInt64(first >> 2)]
        for unit in first..<min(first + 4, width) {
          masks[start + unit] = bits & 0xFFFF < threshold ? 0 : scale
          bits >>= 16
        }
      }
    }
  }
}
