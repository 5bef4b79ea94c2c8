import Glibc
import Kernels
package import Plan

/// Scratch and packed weights for computing one shard's share of a step. One per thread.
package struct GradientComputation: ~Copyable, Sendable {
  private let layout: ForwardLayout
  private let activation: ActivationKind
  private var weights: PackedWeights
  private var scratch: BlockScratch
  /// `[distinct rows × sideStride]`: what rows contribute, and the gradients of that.
  private var userSides: FloatBuffer
  private var itemSides: FloatBuffer
  private var userSums: FloatBuffer
  private var itemSums: FloatBuffer
  /// How many samples use each row.
  private var userCounts: FloatBuffer
  private var itemCounts: FloatBuffer

  /// - Parameter sampleCapacity: the samples of a usual batch; scratch grows when one exceeds it
  package init(shape: NetworkShape, activation: ActivationKind, sampleCapacity: Int) {
    let layout = ForwardLayout(shape: shape)
    self.layout = layout
    self.activation = activation
    weights = PackedWeights(layout: layout)
    scratch = BlockScratch(layout: layout)
    userSides = FloatBuffer(count: sampleCapacity * layout.sideStride)
    itemSides = FloatBuffer(count: sampleCapacity * layout.sideStride)
    userSums = FloatBuffer(count: sampleCapacity * layout.sideStride)
    itemSums = FloatBuffer(count: sampleCapacity * layout.sideStride)
    userCounts = FloatBuffer(count: sampleCapacity)
    itemCounts = FloatBuffer(count: sampleCapacity)
  }

  /// Takes the dense weights of the coming steps.
  /// - Parameter dense: `[denseCount]`, in the order of `NetworkShape.denseBlocks`
  package mutating func load(dense: Span<Float>) { weights.load(dense) }

  /// Forward and backward over n samples; gradients are written, not added.
  /// - Parameters:
  ///   - userRows: `[users × rowWidth]`, the distinct users of the batch
  ///   - itemRows: `[items × rowWidth]`, its distinct items
  ///   - userOfSample, itemOfSample: `[n]`, positions in these
  ///   - targets: `[n]`, 1 for a positive and 0 for a negative
  ///   - scale: 1 / samples of the whole step; multiplies every gradient
  ///   - l2: λ; adds scale·λ·(samples that use it)·row to a row's gradient, and scale·n·λ·w to each dense weight's
  /// - Returns: the sum of the n losses, unscaled and without the λ terms.
  package mutating func run(
    userRows: Span<Float>, itemRows: Span<Float>, userOfSample: Span<UInt32>, itemOfSample: Span<UInt32>,
    targets: Span<Float>, scale: Float, l2: Float, userGradients: inout MutableSpan<Float>,
    itemGradients: inout MutableSpan<Float>, denseGradients: inout MutableSpan<Float>
  ) -> Double {
    let samples = targets.count
    let width = layout.shape.rowWidth
    let users = userRows.count / width
    let items = itemRows.count / width
    precondition(userOfSample.count == samples, "\(samples) targets and \(userOfSample.count) users")
    precondition(itemOfSample.count == samples, "\(samples) targets and \(itemOfSample.count) items")
    precondition(
      userGradients.count == userRows.count, "\(userRows.count) user floats, \(userGradients.count) gradients")
    precondition(
      itemGradients.count == itemRows.count, "\(itemRows.count) item floats, \(itemGradients.count) gradients")
    precondition(denseGradients.count == layout.shape.denseCount, "\(denseGradients.count) dense gradients")
    for sample in 0..<samples {
      precondition(Int(userOfSample[sample]) < users, "user \(userOfSample[sample]) of \(users)")
      precondition(Int(itemOfSample[sample]) < items, "item \(itemOfSample[sample]) of \(items)")
    }
    reserve(users: users, items: items)
    ForwardPass.fillSides(of: userRows, .user, users, layout, weights: weights.packed, into: &userSides)
    ForwardPass.fillSides(of: itemRows, .item, items, layout, weights: weights.packed, into: &itemSides)
    Self.clear(&userSums, users * layout.sideStride)
    Self.clear(&itemSums, items * layout.sideStride)
    for index in denseGradients.indices { denseGradients[index] = 0 }
    var loss = 0.0
    var start = 0
    while start < samples {
      let range = start..<min(start + ForwardLayout.blockSize, samples)
      let blockUsers = userOfSample.extracting(range)
      let blockItems = itemOfSample.extracting(range)
      switch activation {
      case .relu:
        loss += runBlock(ReLU.self, blockUsers, blockItems, targets.extracting(range), scale, &denseGradients)
      }
      start = range.upperBound
    }
    BackwardPass.finish(
      .user, rows: userRows, users, layout, weights: weights.packed, sums: userSums, into: &userGradients,
      dense: &denseGradients)
    BackwardPass.finish(
      .item, rows: itemRows, items, layout, weights: weights.packed, sums: itemSums, into: &itemGradients,
      dense: &denseGradients)
    guard l2 != 0 else { return loss }
    Self.addDecay(userRows, userOfSample, users, width, scale * l2, &userCounts, &userGradients)
    Self.addDecay(itemRows, itemOfSample, items, width, scale * l2, &itemCounts, &itemGradients)
    let decay = scale * l2 * Float(samples)
    for index in denseGradients.indices {
      denseGradients[index] = multiplyAdd(decay, weights.dense[index], denseGradients[index])
    }
    return loss
  }

  private mutating func runBlock<Kind: Activation>(
    _ activation: Kind.Type, _ users: Span<UInt32>, _ items: Span<UInt32>, _ targets: Span<Float>, _ scale: Float,
    _ denseGradients: inout MutableSpan<Float>
  ) -> Double {
    ForwardPass.run(
      activation, users: users, items: items, layout, weights: weights.packed, userSides: userSides,
      itemSides: itemSides, into: &scratch)
    var loss = 0.0
    for sample in targets.indices {
      let logit = scratch.logits[sample]
      let tail = expf(-abs(logit))
      loss += Double(max(logit, 0) - targets[sample] * logit + log1pf(tail))
      let probability = logit >= 0 ? 1 / (1 + tail) : tail / (1 + tail)
      scratch.logits[sample] = (probability - targets[sample]) * scale
    }
    BackwardPass.run(
      activation, users: users, items: items, layout, weights: weights.packed, userSides: userSides,
      itemSides: itemSides, scratch: &scratch, userSums: &userSums, itemSums: &itemSums, dense: &denseGradients)
    return loss
  }

  private mutating func reserve(users: Int, items: Int) {
    let stride = layout.sideStride
    if users > userCounts.count {
      userSides = FloatBuffer(count: users * stride)
      userSums = FloatBuffer(count: users * stride)
      userCounts = FloatBuffer(count: users)
    }
    if items > itemCounts.count {
      itemSides = FloatBuffer(count: items * stride)
      itemSums = FloatBuffer(count: items * stride)
      itemCounts = FloatBuffer(count: items)
    }
  }

  private static func clear(_ buffer: inout FloatBuffer, _ count: Int) {
    var span = buffer.mutableSpan
    for index in 0..<count { span[index] = 0 }
  }

  private static func addDecay(
    _ rows: Span<Float>, _ rowOfSample: Span<UInt32>, _ count: Int, _ width: Int, _ decay: Float,
    _ counts: inout FloatBuffer, _ gradients: inout MutableSpan<Float>
  ) {
    clear(&counts, count)
    var counts = counts.mutableSpan
    for sample in rowOfSample.indices { counts[Int(rowOfSample[sample])] += 1 }
    for row in 0..<count {
      let factor = decay * counts[row]
      for column in row * width..<(row + 1) * width {
        gradients[column] = multiplyAdd(factor, rows[column], gradients[column])
      }
    }
  }
}
