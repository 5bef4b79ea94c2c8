import Glibc
import NeuralCF
import Plan
import Testing

func log1pOfExp(_ x: Double) -> Double { log1p(exp(x)) }

@Suite struct GradientComputationTests {
  static let shapes = [
    NetworkShape(model: .neumf, factors: 8, layers: [64, 32, 16, 8]),
    NetworkShape(model: .neumf, factors: 3, layers: [10, 7]),
    NetworkShape(model: .neumf, factors: 5, layers: [6]),
    NetworkShape(model: .mlp, factors: 8, layers: [16]),
    NetworkShape(model: .mlp, factors: 8, layers: [18, 17]),
    NetworkShape(model: .mlp, factors: 1, layers: [10, 9, 33, 5]),
    NetworkShape(model: .gmf, factors: 8, layers: []),
    NetworkShape(model: .gmf, factors: 17, layers: []),
    NetworkShape(model: .mf, factors: 8, layers: []),
    NetworkShape(model: .mf, factors: 15, layers: []),
  ]

  struct Result: Equatable {
    var loss = 0.0
    var users: [Float] = []
    var items: [Float] = []
    var dense: [Float] = []
  }

  static func run(_ batch: Batch, scale: Float, l2: Float, capacity: Int = 4) -> Result {
    let userRows = batch.users.flatMap { $0.map(Float.init) }
    let itemRows = batch.items.flatMap { $0.map(Float.init) }
    let dense = batch.dense.map(Float.init)
    var userGradients = userRows.map { _ in Float.nan }
    var itemGradients = itemRows.map { _ in Float.nan }
    var denseGradients = dense.map { _ in Float.nan }
    var computation = GradientComputation(shape: batch.shape, activation: .relu, sampleCapacity: capacity)
    computation.load(dense: dense.span)
    var users = userGradients.mutableSpan
    var items = itemGradients.mutableSpan
    var weights = denseGradients.mutableSpan
    let loss = computation.run(
      userRows: userRows.span, itemRows: itemRows.span, userOfSample: batch.userOfSample.span,
      itemOfSample: batch.itemOfSample.span, targets: batch.targets.span, scale: scale, l2: l2, userGradients: &users,
      itemGradients: &items, denseGradients: &weights)
    return Result(loss: loss, users: userGradients, items: itemGradients, dense: denseGradients)
  }

  @Test(arguments: shapes, [Float(0), 0.1])
  func agreesWithFiniteDifferences(shape: NetworkShape, l2: Float) {
    let batch = Batch(shape, users: 4, items: 9, samples: 13)
    let scale: Float = 1 / 32
    let result = Self.run(batch, scale: scale, l2: l2)
    let plain = batch.objective(scale: 1, l2: 0)
    #expect(abs(result.loss - plain) < 1e-5 * plain)

    let step = 1e-6
    func slope(_ change: (inout Batch, Double) -> Void) -> Double {
      var above = batch
      var below = batch
      change(&above, step)
      change(&below, -step)
      return
        (above.objective(scale: Double(scale), l2: Double(l2)) - below.objective(scale: Double(scale), l2: Double(l2)))
        / (2 * step)
    }
    func check(_ found: Float, _ expected: Double, _ name: String) {
      #expect(abs(Double(found) - expected) < 2e-6 + 2e-5 * abs(expected), "\(name): \(found), expected \(expected)")
    }
    let width = shape.rowWidth
    for row in batch.users.indices {
      for column in 0..<width {
        check(result.users[row * width + column], slope { $0.users[row][column] += $1 }, "user \(row) column \(column)")
      }
    }
    for row in batch.items.indices {
      for column in 0..<width {
        check(result.items[row * width + column], slope { $0.items[row][column] += $1 }, "item \(row) column \(column)")
      }
    }
    for block in shape.denseBlocks {
      for index in stride(from: block.offset, to: block.offset + block.count, by: max(1, block.count / 40)) {
        check(result.dense[index], slope { $0.dense[index] += $1 }, "\(block.name) at \(index - block.offset)")
      }
    }
  }
}
