import Kernels
import Plan

/// From sides to logits; training and ranking both come through here, so equal inputs have equal logits, bit for bit.
enum ForwardPass {
  /// The logits of up to a block of samples; sums, or their slopes, and activations stay in the scratch.
  /// - Parameters:
  ///   - users, items: `[samples]` positions of sides
  ///   - dropout: what the samples do without; nil at evaluation
  ///   - numbers: `[samples]`, what tells each sample from all others of an epoch; none without dropout
  static func run<Kind: Activation>(
    _ activation: Kind.Type, users: Span<UInt32>, items: Span<UInt32>, weights: borrowing PackedWeights,
    userSides: borrowing FloatBuffer, itemSides: borrowing FloatBuffer, dropout: Dropout? = nil,
    numbers: Span<UInt64>, into scratch: inout BlockScratch
  ) {
    let samples = users.count
    let layout = weights.layout
    precondition(samples <= ForwardLayout.blockSize, "\(samples) samples in one block")
    gather(users, userSides, items, itemSides, layout, into: &scratch.sums)
    if layout.firstStride > 0 {
      activate(
        weights.activation(of: 0, activation), 0..<samples * layout.firstStride, &scratch.sums, into: &scratch.values)
      if let dropout {
        drop(dropout, numbers, 0, layout, RowLayout(stride: layout.firstStride), &scratch.masks, &scratch.values)
      }
    }
    for layer in layout.hidden {
      multiply(samples, layer, weights.packed, scratch.values, into: &scratch.sums)
      activate(
        weights.activation(of: layer.index, activation), layer.range(samples), &scratch.sums, into: &scratch.values)
      if let dropout {
        drop(dropout, numbers, layer.index, layout, layer.rows, &scratch.masks, &scratch.values)
      }
    }
    finish(users, userSides, items, itemSides, weights, scratch.values, into: &scratch.logits)
  }

  // Each of these opens the spans of its own buffers: two spans of one struct's fields would be one access too many.

  private static func gather(
    _ users: Span<UInt32>, _ userSides: borrowing FloatBuffer, _ items: Span<UInt32>,
    _ itemSides: borrowing FloatBuffer,
    _ layout: ForwardLayout, into sums: inout FloatBuffer
  ) {
    var sums = sums.mutableSpan
    gatherSums(
      users, of: userSides.span, items, of: itemSides.span, layout.firsts, width: layout.firstStride, into: &sums)
  }

  private static func activate<Kind: Activation>(
    _ activation: Kind, _ range: Range<Int>, _ sums: inout FloatBuffer, into values: inout FloatBuffer
  ) {
    var sums = sums.mutableSpan
    var values = values.mutableSpan
    Kernels.activate(activation, range, of: &sums, into: &values)
  }

  private static func drop(
    _ dropout: Dropout, _ numbers: Span<UInt64>, _ layer: Int, _ layout: ForwardLayout, _ rows: RowLayout,
    _ masks: inout FloatBuffer, _ values: inout FloatBuffer
  ) {
    var fresh = masks.mutableSpan
    let hidden = layout.shape.hidden
    dropout.draw(numbers, layer: layer, of: hidden.count, width: hidden[layer], into: &fresh, rows)
    var values = values.mutableSpan
    scaleElements(
      rows.offset..<rows.offset + numbers.count * rows.stride, of: masks.span, onto: &values, at: rows.offset)
  }

  private static func multiply(
    _ samples: Int, _ layer: HiddenLayout, _ weights: borrowing FloatBuffer, _ values: borrowing FloatBuffer,
    into sums: inout FloatBuffer
  ) {
    var sums = sums.mutableSpan
    multiplyRows(
      samples, of: values.span, layer.inputRows, by: weights.span, layer.forward, into: &sums, layer.rows, padding: true
    )
  }

  private static func finish(
    _ users: Span<UInt32>, _ userSides: borrowing FloatBuffer, _ items: Span<UInt32>,
    _ itemSides: borrowing FloatBuffer,
    _ weights: borrowing PackedWeights, _ values: borrowing FloatBuffer, into logits: inout FloatBuffer
  ) {
    let layout = weights.layout
    var logits = logits.mutableSpan
    pairLogits(
      users, of: userSides.span, items, of: itemSides.span, layout.pairs, pairWidth: layout.pairStride,
      values: values.span.extracting(droppingFirst: layout.last.offset),
      weights: weights.packed.span.extracting(layout.towerOutput), bias: weights.outputBias, into: &logits)
  }
}
