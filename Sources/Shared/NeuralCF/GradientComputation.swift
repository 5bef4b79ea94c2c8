import Kernels
package import Plan

/// Scratch and packed weights for computing one shard's share of a step. One per thread.
package struct GradientComputation: ~Copyable, Sendable {
  private let objective: Objective
  private var weights: PackedWeights
  private var scratch: BlockScratch
  private var users: TableScratch
  private var items: TableScratch

  /// What the distinct rows of one table keep during a batch.
  private struct TableScratch: ~Copyable, Sendable {
    /// `[capacity × side stride]`: the sides of the rows, and the sums of their gradients.
    var sides: FloatBuffer
    var sums: FloatBuffer
    /// `[capacity]`: how many samples use each row.
    var counts: FloatBuffer

    /// A panel of a product may read this far behind the last side.
    static let slack = 8

    init(capacity: Int, stride: Int) {
      sides = FloatBuffer(count: capacity * stride)
      sums = FloatBuffer(count: capacity * stride + Self.slack)
      counts = FloatBuffer(count: capacity)
    }

    /// Makes room for `rows` rows, and sets their sums to zero.
    mutating func begin(_ rows: Int, stride: Int) {
      if rows > counts.count { self = Self(capacity: max(rows, 2 * counts.count), stride: stride) }
      sums.clear(rows * stride)
    }
  }

  /// - Parameter sampleCapacity: the samples of a usual batch; scratch grows when one exceeds it
  ///   - drops: whether any run is given a dropout
  package init(shape: NetworkShape, objective: Objective = .implicit, sampleCapacity: Int, drops: Bool = false) {
    self.objective = objective
    let layout = ForwardLayout(shape: shape)
    weights = PackedWeights(layout: layout)
    scratch = BlockScratch(layout: layout, drops: drops)
    users = TableScratch(capacity: sampleCapacity, stride: layout.pairs.stride)
    items = TableScratch(capacity: sampleCapacity, stride: layout.pairs.stride)
  }

  /// Takes the dense weights of the coming steps.
  /// - Parameter dense: `[denseCount]`, in the order of `NetworkShape.denseBlocks`
  package mutating func load(dense: Span<Float>) { weights.load(dense) }

  /// Forward and backward over n samples; gradients are written, not added.
  /// - Parameters:
  ///   - userRows: `[users × rowWidth]`, the distinct users of the batch
  ///   - itemRows: `[items × rowWidth]`, its distinct items
  ///   - userOfSample, itemOfSample: `[n]`, positions in these
  ///   - targets: `[n]`, 1 for a positive and 0 for a negative; what the score of a rating should be
  ///   - dropout: which hidden units the samples do without; nil drops none
  ///   - numbers: `[n]`, what tells each sample from all others of an epoch; none without dropout
  ///   - scale: 1 / samples of the whole step; multiplies every gradient
  ///   - l2: each λ adds scale·λ·(samples that use it)·row to a row's gradient, or scale·n·λ·w to each dense weight's
  /// - Returns: the sum of the n losses, unscaled and without the λ terms.
  package mutating func run(
    userRows: Span<Float>, itemRows: Span<Float>, userOfSample: Span<UInt32>, itemOfSample: Span<UInt32>,
    targets: Span<Float>, dropout: Dropout?, numbers: Span<UInt64>, scale: Float, l2: L2Penalty,
    userGradients: inout MutableSpan<Float>,
    itemGradients: inout MutableSpan<Float>, denseGradients: inout MutableSpan<Float>
  ) -> Double {
    let layout = weights.layout
    let width = layout.shape.rowWidth
    let userCount = userRows.count / width
    let itemCount = itemRows.count / width
    precondition(userOfSample.count == targets.count, "\(targets.count) targets and \(userOfSample.count) users")
    precondition(itemOfSample.count == targets.count, "\(targets.count) targets and \(itemOfSample.count) items")
    precondition(
      numbers.count == (dropout == nil ? 0 : targets.count), "\(numbers.count) numbers of \(targets.count) samples")
    precondition(
      rowCount(userOfSample) <= userCount, "\(rowCount(userOfSample)) users are named, \(userCount) are there")
    precondition(
      rowCount(itemOfSample) <= itemCount, "\(rowCount(itemOfSample)) items are named, \(itemCount) are there")
    precondition(
      userGradients.count == userRows.count, "\(userRows.count) user floats, \(userGradients.count) gradients")
    precondition(
      itemGradients.count == itemRows.count, "\(itemRows.count) item floats, \(itemGradients.count) gradients")
    precondition(
      denseGradients.count == weights.dense.count, "\(weights.dense.count) weights, \(denseGradients.count) gradients")
    for index in denseGradients.indices { denseGradients[index] = 0 }
    users.begin(userCount, stride: layout.pairs.stride)
    items.begin(itemCount, stride: layout.pairs.stride)
    Sides.fill(userCount, of: .user, userRows, layout, weights: weights.packed, into: &users.sides)
    Sides.fill(itemCount, of: .item, itemRows, layout, weights: weights.packed, into: &items.sides)
    let total: (loss: Double, slope: Double)
    switch layout.shape.activation {
    case .relu:
      total = runBlocks(ReLU.self, userOfSample, itemOfSample, targets, dropout, numbers, scale, &denseGradients)
    case .leakyReLU:
      total = runBlocks(LeakyReLU.self, userOfSample, itemOfSample, targets, dropout, numbers, scale, &denseGradients)
    case .prelu:
      total = runBlocks(PReLU.self, userOfSample, itemOfSample, targets, dropout, numbers, scale, &denseGradients)
    case .elu:
      total = runBlocks(ELU.self, userOfSample, itemOfSample, targets, dropout, numbers, scale, &denseGradients)
    case .swish:
      total = runBlocks(Swish.self, userOfSample, itemOfSample, targets, dropout, numbers, scale, &denseGradients)
    }
    denseGradients[layout.outputBias] = Float(total.slope)
    Sides.finish(
      userCount, of: .user, userRows, layout, weights: weights.packed, sums: users.sums, into: &userGradients,
      dense: &denseGradients)
    Sides.finish(
      itemCount, of: .item, itemRows, layout, weights: weights.packed, sums: items.sums, into: &itemGradients,
      dense: &denseGradients)
    if l2.users != 0 {
      Decay.addRows(userRows, width, userOfSample, scale * l2.users, counts: &users.counts, to: &userGradients)
    }
    if l2.items != 0 {
      Decay.addRows(itemRows, width, itemOfSample, scale * l2.items, counts: &items.counts, to: &itemGradients)
    }
    if l2.dense != 0 {
      Decay.addWeights(weights.dense, scale * l2.dense * Float(targets.count), to: &denseGradients)
    }
    return total.loss
  }

  /// All samples, block after block.
  private mutating func runBlocks<Kind: Activation>(
    _ activation: Kind.Type, _ userOfSample: Span<UInt32>, _ itemOfSample: Span<UInt32>, _ targets: Span<Float>,
    _ dropout: Dropout?, _ numbers: Span<UInt64>, _ scale: Float, _ denseGradients: inout MutableSpan<Float>
  ) -> (loss: Double, slope: Double) {
    var total = (loss: 0.0, slope: 0.0)
    var start = 0
    while start < targets.count {
      let block = start..<min(start + ForwardLayout.blockSize, targets.count)
      let blockUsers = userOfSample.extracting(block)
      let blockItems = itemOfSample.extracting(block)
      ForwardPass.run(
        activation, users: blockUsers, items: blockItems, weights: weights, userSides: users.sides,
        itemSides: items.sides, dropout: dropout, numbers: dropout == nil ? numbers : numbers.extracting(block),
        into: &scratch)
      let part = Self.compare(objective, targets.extracting(block), scale, &scratch.logits, &scratch.losses)
      total.loss += part.loss
      total.slope += part.slope
      BackwardPass.run(
        activation, users: blockUsers, items: blockItems, weights: weights, userSides: users.sides,
        itemSides: items.sides, drops: dropout != nil, scratch: &scratch, userSums: &users.sums, itemSums: &items.sums,
        dense: &denseGradients)
      start = block.upperBound
    }
    return total
  }

  private static func compare(
    _ objective: Objective, _ targets: Span<Float>, _ scale: Float, _ logits: inout FloatBuffer,
    _ losses: inout FloatBuffer
  ) -> (loss: Double, slope: Double) {
    var logits = logits.mutableSpan
    var losses = losses.mutableSpan
    return switch objective {
    case .implicit: crossEntropy(targets: targets, scale: scale, logits: &logits, losses: &losses)
    case .rating: squaredError(targets: targets, scale: scale, scores: &logits, losses: &losses)
    }
  }
}
