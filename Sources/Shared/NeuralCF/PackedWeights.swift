import Kernels
import Plan

/// The dense weights as the kernels read them.
struct PackedWeights: ~Copyable, Sendable {
  let layout: ForwardLayout
  /// The dense vector as it came.
  private(set) var dense: FloatBuffer
  /// The sides' scales and matrices, the hidden layers' matrices, the output weights on the tower.
  private(set) var packed: FloatBuffer

  init(layout: ForwardLayout) {
    self.layout = layout
    dense = FloatBuffer(count: layout.shape.denseCount)
    packed = FloatBuffer(count: layout.weightCount)
  }

  /// - Parameter weights: `[denseCount]`
  mutating func load(_ weights: Span<Float>) {
    precondition(weights.count == dense.count, "\(weights.count) dense weights for a model with \(dense.count)")
    Self.copy(weights, into: &dense)
    Self.pack(weights, layout, into: &packed)
  }

  /// The bias of the output layer.
  var outputBias: Float { dense[layout.outputBias] }

  /// What a hidden layer applies to its sums.
  func activation<Kind: Activation>(of layer: Int, _ kind: Kind.Type) -> Kind {
    Kind(parameter: Kind.learns ? dense[layout.slopes[layer]] : 0)
  }

  private static func copy(_ weights: Span<Float>, into buffer: inout FloatBuffer) {
    var dense = buffer.mutableSpan
    for index in weights.indices { dense[index] = weights[index] }
  }

  private static func pack(_ dense: Span<Float>, _ layout: ForwardLayout, into buffer: inout FloatBuffer) {
    var packed = buffer.mutableSpan
    let none = dense.extracting(0..<0)
    pack(dense, layout.user, bias: dense.extracting(layout.firstBiasRange), into: &packed)
    pack(dense, layout.item, bias: none, into: &packed)
    for layer in layout.hidden {
      let weights = dense.extracting(layer.weightRange)
      layer.forward.pack(weights, bias: dense.extracting(layer.biasRange), into: &packed)
      layer.backward.pack(weights, transposed: true, bias: none, into: &packed)
    }
    for lane in layout.outputFactorsRange.indices {
      packed[layout.user.scales.lowerBound + lane - layout.outputFactorsRange.lowerBound] = dense[lane]
    }
    for lane in layout.outputTowerRange.indices {
      packed[layout.towerOutput.lowerBound + lane - layout.outputTowerRange.lowerBound] = dense[lane]
    }
  }

  private static func pack(
    _ dense: Span<Float>, _ side: SideLayout, bias: Span<Float>, into packed: inout MutableSpan<Float>
  ) {
    let weights = dense.extracting(side.weightRange)
    side.forward.pack(weights, bias: bias, into: &packed)
    side.backward.pack(weights, transposed: true, bias: dense.extracting(0..<0), into: &packed)
    for index in side.scales { packed[index] = 1 }
  }
}
