import Kernels
import Plan

/// From the slopes of the losses to gradients, a block at a time.
enum BackwardPass {
  /// Adds a block's gradients to the dense gradients and to the sums of the sides' gradients.
  /// - Parameters:
  ///   - users, items: `[samples]` positions of sides
  ///   - scratch: as the forward pass left it, with slopes in the place of the logits
  ///   - drops: whether the forward pass dropped units
  ///   - userSums, itemSums: `[rows × side stride]` or more
  static func run<Kind: Activation>(
    _ activation: Kind.Type, users: Span<UInt32>, items: Span<UInt32>, weights: borrowing PackedWeights,
    userSides: borrowing FloatBuffer, itemSides: borrowing FloatBuffer, drops: Bool, scratch: inout BlockScratch,
    userSums: inout FloatBuffer, itemSums: inout FloatBuffer, dense: inout MutableSpan<Float>
  ) {
    let samples = users.count
    let layout = weights.layout
    if layout.firstStride > 0 {
      output(samples, weights, scratch.logits, scratch.values, &scratch.upstream, &dense)
      let last = layout.last
      let range = last.offset..<last.offset + samples * last.stride
      if drops { drop(range, scratch.masks, &scratch.upstream) }
      attenuate(activation, layout.hidden.count, range, weights, scratch.upstream, &scratch.sums, &dense)
      for layer in layout.hidden.reversed() {
        multiply(samples, layer, weights.packed, scratch.sums, scratch.values, &scratch.upstream, &dense)
        let range = layer.inputRange(samples)
        if drops { drop(range, scratch.masks, &scratch.upstream) }
        attenuate(activation, layer.index - 1, range, weights, scratch.upstream, &scratch.sums, &dense)
      }
    }
    scatter(users, userSides, items, itemSides, layout, scratch.logits, scratch.sums, &userSums, &itemSums)
  }

  private static func output(
    _ samples: Int, _ weights: borrowing PackedWeights, _ slopes: borrowing FloatBuffer,
    _ values: borrowing FloatBuffer,
    _ upstream: inout FloatBuffer, _ dense: inout MutableSpan<Float>
  ) {
    let layout = weights.layout
    var upstream = upstream.mutableSpan
    multiplyOuter(samples, slopes.span, weights.packed.span.extracting(layout.towerOutput), into: &upstream)
    accumulateOuter(
      samples, of: slopes.span, RowLayout(stride: 1), columns: 1, by: values.span, layout.last,
      columns: layout.outputTowerRange.count, into: &dense, at: layout.outputTowerRange.lowerBound)
  }

  private static func multiply(
    _ samples: Int, _ layer: HiddenLayout, _ weights: borrowing FloatBuffer, _ sums: borrowing FloatBuffer,
    _ values: borrowing FloatBuffer, _ upstream: inout FloatBuffer, _ dense: inout MutableSpan<Float>
  ) {
    let gradients = sums.span
    var upstream = upstream.mutableSpan
    accumulateOuter(
      samples, of: values.span, layer.inputRows, columns: layer.inputs, by: gradients, layer.rows,
      columns: layer.outputs,
      into: &dense, at: layer.weightRange.lowerBound)
    sumRows(samples, of: gradients, layer.rows, width: layer.outputs, into: &dense, at: layer.biasRange.lowerBound)
    multiplyRows(
      samples, of: gradients, layer.rows, by: weights.span, layer.backward, into: &upstream,
      RowLayout(stride: layer.inputRows.stride), padding: true)
  }

  private static func drop(_ range: Range<Int>, _ masks: borrowing FloatBuffer, _ upstream: inout FloatBuffer) {
    var upstream = upstream.mutableSpan
    scaleElements(range, of: masks.span, onto: &upstream, at: 0)
  }

  /// Leaves the gradients of a layer's sums in their place, and adds that of its activation's parameter.
  private static func attenuate<Kind: Activation>(
    _ activation: Kind.Type, _ layer: Int, _ range: Range<Int>, _ weights: borrowing PackedWeights,
    _ upstream: borrowing FloatBuffer, _ sums: inout FloatBuffer, _ dense: inout MutableSpan<Float>
  ) {
    let kind = weights.activation(of: layer, activation)
    if Kind.learns {
      dense[weights.layout.slopes[layer]] += Float(parameterGradient(kind, upstream.span, range, of: sums.span))
    }
    var sums = sums.mutableSpan
    Kernels.attenuate(kind, upstream.span, range, of: &sums)
  }

  private static func scatter(
    _ users: Span<UInt32>, _ userSides: borrowing FloatBuffer, _ items: Span<UInt32>,
    _ itemSides: borrowing FloatBuffer,
    _ layout: ForwardLayout, _ slopes: borrowing FloatBuffer, _ firsts: borrowing FloatBuffer,
    _ userSums: inout FloatBuffer, _ itemSums: inout FloatBuffer
  ) {
    var userSums = userSums.mutableSpan
    var itemSums = itemSums.mutableSpan
    scatterProducts(
      slopes.span, width: layout.pairStride, users, of: userSides.span, into: &userSums, items, of: itemSides.span,
      into: &itemSums, layout.pairs)
    scatterSums(firsts.span, width: layout.firstStride, users, into: &userSums, items, into: &itemSums, layout.firsts)
  }
}
