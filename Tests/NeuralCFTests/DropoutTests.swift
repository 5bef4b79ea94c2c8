import Kernels
import Plan
import Testing

@testable import NeuralCF

@Suite struct DropoutTests {
  private func masks(_ dropout: Dropout?, _ numbers: [UInt64], layer: Int, of layers: Int, width: Int) -> [Float] {
    var masks = [Float](repeating: .nan, count: numbers.count * width)
    var span = masks.mutableSpan
    dropout?.draw(numbers.span, layer: layer, of: layers, width: width, into: &span, RowLayout(stride: width))
    return masks
  }

  @Test(arguments: [0.1, 0.5, 0.875])
  func theShareIsDroppedAndTheRestIsScaledUp(share: Double) throws {
    let dropout = try #require(Dropout(share: share, seed: 3, epoch: Epoch(2)))
    let all = masks(dropout, (0..<4000).map { $0 }, layer: 1, of: 3, width: 18)
    let kept = Float(1 / (1 - share))
    #expect(all.allSatisfy { $0 == 0 || abs($0 - kept) < 1e-3 * kept })
    let dropped = Double(all.count { $0 == 0 }) / Double(all.count)
    let error = (share * (1 - share) / Double(all.count)).squareRoot()
    #expect(abs(dropped - share) < 4 * error)
    // Each unit of its own, too: no lane of the shared random number is skewed.
    for unit in 0..<18 {
      let own = stride(from: unit, to: all.count, by: 18).count { all[$0] == 0 }
      #expect(abs(Double(own) / 4000 - share) < 5 * (share * (1 - share) / 4000).squareRoot())
    }
  }

  @Test func epochsSeedsLayersAndSamplesDiffer() {
    let first = masks(Dropout(share: 0.5, seed: 1, epoch: Epoch(1)), [7], layer: 0, of: 2, width: 64)
    let pair = masks(Dropout(share: 0.5, seed: 1, epoch: Epoch(1)), [6, 7], layer: 0, of: 2, width: 64)
    #expect(first == Array(pair[64...]))
    for other in [
      masks(Dropout(share: 0.5, seed: 1, epoch: Epoch(2)), [7], layer: 0, of: 2, width: 64),
      masks(Dropout(share: 0.5, seed: 2, epoch: Epoch(1)), [7], layer: 0, of: 2, width: 64),
      masks(Dropout(share: 0.5, seed: 1, epoch: Epoch(1)), [7], layer: 1, of: 2, width: 64),
      masks(Dropout(share: 0.5, seed: 1, epoch: Epoch(1)), [8], layer: 0, of: 2, width: 64),
    ] { #expect(first != other) }
  }

  @Test func noDropoutIsNone() { #expect(Dropout(share: 0, seed: 1, epoch: Epoch(1)) == nil) }

  @Test(arguments: Fixture.shapes.filter { !$0.hidden.isEmpty })
  func aSampleDoesWithoutTheSameUnitsWhoeverStandsBesideIt(shape: NetworkShape) {
    var alone = Fixture(shape, users: 1, items: 1, samples: 1)
    alone.dropout = Dropout(share: 0.4, seed: 5, epoch: Epoch(3))
    alone.numbers = [41]
    var among = alone
    let width = shape.rowWidth
    among.users += [Float](repeating: .nan, count: width)
    among.items += [Float](repeating: .nan, count: width)
    among.userOfSample = (0..<130).map { $0 == 101 ? 0 : 1 }
    among.itemOfSample = among.userOfSample
    among.targets = (0..<130).map { $0 == 101 ? alone.targets[0] : 1 }
    among.numbers = (0..<130).map { $0 == 101 ? 41 : 1000 + UInt64($0) }
    let (own, found) = (alone.gradients(), among.gradients())
    #expect(found.users[..<width].map(\.bitPattern) == own.users.map(\.bitPattern))
    #expect(found.items[..<width].map(\.bitPattern) == own.items.map(\.bitPattern))
    #expect(own != Fixture(shape, users: 1, items: 1, samples: 1).gradients())
  }
}
