import Plan
import Testing

@testable import NeuralCF

@Suite struct ItemComplementTests {
  /// Three items and three features behind them.
  private static func complement() -> ItemComplement {
    var complement = ItemComplement()
    complement.append(1, ofRowAt: 3)
    complement.append(0.5, ofRowAt: 5)
    complement.endItem()
    complement.endItem()
    complement.append(-2, ofRowAt: 3)
    complement.append(3, ofRowAt: 4)
    complement.endItem()
    let samples: [UInt32] = [0, 2, 2, 1, 2]
    complement.count(samples.span, rows: 6)
    return complement
  }

  private let rows: [Float] = [1, 2, 3, 4, 5, 6, 10, 20, 100, 200, 1000, 2000]

  @Test func completesItems() {
    var items = [Float](repeating: .nan, count: 6)
    var span = items.mutableSpan
    Self.complement().complete(rows.span, width: 2, into: &span)
    #expect(items == [511, 1022, 3, 4, 285, 566])
  }

  @Test func spreadsGradients() {
    let items: [Float] = [1, 10, 2, 20, 3, 30]
    var gradients = [Float](repeating: .nan, count: 12)
    var span = gradients.mutableSpan
    Self.complement().spread(items.span, width: 2, into: &span)
    #expect(gradients == items + [1 - 6, 10 - 60, 9, 90, 0.5, 5])
  }

  @Test func decaysRowsByTheSamplesThatUseThem() {
    var gradients = [Float](repeating: 1, count: 12)
    var span = gradients.mutableSpan
    Self.complement().decay(rows.span, width: 2, factor: 2, into: &span)
    let uses: [Float] = [1, 1, 3, 4, 3, 1]
    #expect(gradients == rows.indices.map { 1 + 2 * uses[$0 / 2] * rows[$0] })
  }

  @Test func forgetsTheBatchBefore() {
    var complement = Self.complement()
    complement.removeAll()
    #expect(complement.itemCount == 0)
    complement.endItem()
    var items = [Float.nan]
    var span = items.mutableSpan
    let rows: [Float] = [7]
    complement.complete(rows.span, width: 1, into: &span)
    #expect(items == [7])
  }

  /// The loss falls as the gradients of own rows and of features say (central differences).
  @Test(arguments: ModelKind.allCases) func gradientsAreThoseOfTheLoss(_ kind: ModelKind) {
    let shape = NetworkShape(model: kind, factors: 3, layers: [8, 6, 4], activation: .swish)
    var fixture = Fixture(shape, users: 4, items: 3, samples: 5)
    fixture.itemOfSample = [0, 2, 2, 1, 2]
    let complement = Self.complement()
    let width = shape.rowWidth
    let stream = RandomStream(seed: 9, .simulation)
    let rows = (0..<UInt64(6 * width)).map { Float(0.5 * stream.normal(at: $0)) }
    func completed(_ rows: [Float]) -> [Float] {
      var items = [Float](repeating: 0, count: 3 * width)
      var span = items.mutableSpan
      complement.complete(rows.span, width: width, into: &span)
      return items
    }
    fixture.items = completed(rows)
    let itemGradients = fixture.gradients().items
    var gradients = [Float](repeating: 0, count: 6 * width)
    var span = gradients.mutableSpan
    complement.spread(itemGradients.span, width: width, into: &span)
    for place in rows.indices {
      let step: Float = 0.01
      let losses = [step, -step].map { change in
        var moved = rows
        moved[place] += change
        fixture.items = completed(moved)
        return fixture.gradients().loss
      }
      let slope = (losses[0] - losses[1]) / Double(2 * step)
      #expect(abs(slope - Double(gradients[place])) < 2e-3 * max(1, abs(slope)), "\(kind) \(place)")
    }
  }
}
