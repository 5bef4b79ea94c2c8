import Kernels
import Plan

@testable import NeuralCF

/// A shard's share of a step: small, made-up values, some rows used often, the last user never.
struct Fixture {
  let shape: NetworkShape
  var users: [Float]
  var items: [Float]
  var dense: [Float]
  var userOfSample: [UInt32]
  var itemOfSample: [UInt32]
  var targets: [Float]
  var objective = Objective.implicit
  var dropout: Dropout?
  var numbers: [UInt64] = []

  init(_ shape: NetworkShape, users: Int, items: Int, samples: Int, seed: UInt64 = 3) {
    self.shape = shape
    let stream = RandomStream(seed: seed, .simulation)
    func numbers(_ count: Int, _ width: Double, at first: UInt64) -> [Float] {
      (0..<UInt64(count)).map { Float(width * (2 * stream.uniform(at: first << 32 + $0) - 1)) }
    }
    func indices(below bound: Int, at first: UInt64) -> [UInt32] {
      (0..<UInt64(samples)).map { stream.index(below: UInt32(bound), at: first << 32 + $0) }
    }
    self.users = numbers(users * shape.rowWidth, 1, at: 1)
    self.items = numbers(items * shape.rowWidth, 1, at: 2)
    dense = numbers(shape.denseCount, 0.7, at: 3)
    userOfSample = indices(below: max(1, users - 1), at: 4)
    itemOfSample = indices(below: items, at: 5)
    targets = (0..<UInt64(samples)).map { stream.uniform(at: 6 << 32 + $0) > 0.7 ? 1 : 0 }
  }

  struct Gradients: Equatable {
    let loss: Double
    let users: [Float]
    let items: [Float]
    let dense: [Float]

    static func == (left: Self, right: Self) -> Bool {
      left.loss.bitPattern == right.loss.bitPattern && left.bits == right.bits
    }
    private var bits: [UInt32] { (users + items + dense).map(\.bitPattern) }
  }

  func gradients(scale: Float = 1, l2: Float = 0, l2Items: Float? = nil) -> Gradients {
    var computation = GradientComputation(
      shape: shape, objective: objective, sampleCapacity: targets.count, drops: dropout != nil)
    return gradients(by: &computation, scale: scale, l2: l2, l2Items: l2Items)
  }

  func gradients(
    by computation: inout GradientComputation, scale: Float = 1, l2: Float = 0, l2Items: Float? = nil
  ) -> Gradients {
    var userGradients = users.map { _ in Float.nan }
    var itemGradients = items.map { _ in Float.nan }
    var denseGradients = dense.map { _ in Float.nan }
    var userSpan = userGradients.mutableSpan
    var itemSpan = itemGradients.mutableSpan
    var denseSpan = denseGradients.mutableSpan
    computation.load(dense: dense.span)
    let loss = computation.run(
      userRows: users.span, itemRows: items.span, userOfSample: userOfSample.span, itemOfSample: itemOfSample.span,
      targets: targets.span, dropout: dropout, numbers: numbers.span, scale: scale,
      l2: L2Penalty(users: l2, items: l2Items ?? l2, dense: l2), userGradients: &userSpan,
      itemGradients: &itemSpan,
      denseGradients: &denseSpan)
    return Gradients(loss: loss, users: userGradients, items: itemGradients, dense: denseGradients)
  }

  /// What a sample's hidden units are multiplied by, layer by layer; none without dropout.
  func masks(ofSample sample: Int) -> [[Float]] {
    guard let dropout else { return [] }
    return shape.hidden.enumerated().map { layer, width in
      var mask = [Float](repeating: .nan, count: width)
      var span = mask.mutableSpan
      dropout.draw(
        [numbers[sample]].span, layer: layer, of: shape.hidden.count, width: width, into: &span,
        RowLayout(stride: width))
      return mask
    }
  }

  /// The logit of each sample, by a scorer.
  func logits() -> [Float] {
    var scorer = Scorer(shape: shape, dense: dense.span, itemRows: items.span)
    return zip(userOfSample, itemOfSample).map { user, item in
      let row = Array(users[Int(user) * shape.rowWidth..<(Int(user) + 1) * shape.rowWidth])
      var logit = [Float.nan]
      var target = logit.mutableSpan
      scorer.score(userRow: row.span, items: [item].span, into: &target)
      return logit[0]
    }
  }

  /// Every model and activation, with widths to each side of those that the kernels prefer, and 0 to 3 hidden layers.
  static let shapes = [
    NetworkShape(model: .neumf, factors: 8, layers: [64, 32, 16, 8]),
    NetworkShape(model: .neumf, factors: 3, layers: [10, 7]),
    NetworkShape(model: .neumf, factors: 5, layers: [6]),
    NetworkShape(model: .mlp, factors: 8, layers: [16]),
    NetworkShape(model: .mlp, factors: 8, layers: [18, 17]),
    NetworkShape(model: .mlp, factors: 1, layers: [2, 1, 1]),
    NetworkShape(model: .mlp, factors: 1, layers: [10, 9, 33, 5]),
    NetworkShape(model: .mlp, factors: 1, layers: [10, 9, 12], activation: .leakyReLU),
    NetworkShape(model: .neumf, factors: 3, layers: [12, 9, 7, 3], activation: .prelu),
    NetworkShape(model: .mlp, factors: 1, layers: [6], activation: .prelu),
    NetworkShape(model: .neumf, factors: 3, layers: [12, 9, 7], activation: .elu),
    NetworkShape(model: .mlp, factors: 1, layers: [12, 17, 8], activation: .swish),
    NetworkShape(model: .gmf, factors: 8, layers: []),
    NetworkShape(model: .gmf, factors: 17, layers: []),
    NetworkShape(model: .mf, factors: 1, layers: []),
    NetworkShape(model: .mf, factors: 6, layers: []),
    NetworkShape(model: .mf, factors: 15, layers: []),
    NetworkShape(model: .gmf, factors: 7, layers: [], biases: true),
    NetworkShape(model: .mlp, factors: 1, layers: [16], biases: true),
    NetworkShape(model: .neumf, factors: 8, layers: [12], biases: true),
    NetworkShape(model: .neumf, factors: 3, layers: [10, 7, 5], activation: .swish, biases: true),
  ]
}
