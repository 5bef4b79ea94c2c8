import Kernels
import NeuralCF
import Plan

/// Where items have features, what the model computes with is an item's row and the sum of its features' rows; each
/// gets its share of the gradient and its own penalty.
extension ShardTrainer {
  /// Gathers a leaf's rows and adds up what makes each item.
  mutating func gatherCompleted(_ index: Int, _ leaf: LeafBatch) {
    let width = shape.rowWidth
    Self.grow(&leafOwnRows, to: leaf.items.rows.count * width)
    Self.grow(&leafItemGradients, to: leaf.itemCount * width)
    Self.gather(current.itemPlaces[index], of: itemRows, width: width, into: &leafOwnRows)
    Self.complete(leaf, leafOwnRows, width: width, into: &leafItemRows)
  }

  /// The gradients of a leaf whose items are completed.
  /// - Parameter gradients: `[items and features × width]`
  /// - Returns: the sum of the losses
  mutating func runCompleted(
    _ leaf: LeafBatch, _ dropout: Dropout?, _ scale: Float, _ l2: L2Penalty, _ gradients: inout MutableSpan<Float>,
    _ dense: inout MutableSpan<Float>
  ) -> Double {
    let width = shape.rowWidth
    let loss = Self.run(
      &computation, leaf, userRows: leafUserRows, itemRows: leafItemRows, dropout: dropout, scale: scale,
      l2: l2.withoutItems, userGradients: &leafUserGradients, width: width, itemGradients: &leafItemGradients, &dense)
    Self.spread(leaf, leafItemGradients, own: leafOwnRows, width: width, decay: scale * l2.items, into: &gradients)
    return loss
  }

  private static func run(
    _ computation: inout GradientComputation, _ leaf: LeafBatch, userRows: borrowing FloatBuffer,
    itemRows: borrowing FloatBuffer, dropout: Dropout?, scale: Float, l2: L2Penalty, userGradients: inout FloatBuffer,
    width: Int, itemGradients: inout FloatBuffer, _ dense: inout MutableSpan<Float>
  ) -> Double {
    var all = itemGradients.mutableSpan
    var target = all._mutatingExtracting(0..<leaf.itemCount * width)
    return run(
      &computation, leaf, userRows: userRows, itemRows: itemRows, dropout: dropout, scale: scale, l2: l2,
      userGradients: &userGradients, width: width, &target, &dense)
  }

  private static func complete(
    _ leaf: LeafBatch, _ rows: borrowing FloatBuffer, width: Int, into items: inout FloatBuffer
  ) {
    var all = items.mutableSpan
    var target = all._mutatingExtracting(0..<leaf.itemCount * width)
    leaf.complement.complete(rows.span, width: width, into: &target)
  }

  private static func spread(
    _ leaf: LeafBatch, _ items: borrowing FloatBuffer, own rows: borrowing FloatBuffer, width: Int, decay: Float,
    into gradients: inout MutableSpan<Float>
  ) {
    leaf.complement.spread(items.span.extracting(0..<leaf.itemCount * width), width: width, into: &gradients)
    if decay != 0 { leaf.complement.decay(rows.span, width: width, factor: decay, into: &gradients) }
  }
}
