import Kernels
import Plan

/// From the loss's slopes to gradients, a block at a time.
enum BackwardPass {
  /// Adds a block's gradients to the dense gradients and to the sides' sums.
  /// - Parameters:
  ///   - userSums, itemSums: `[rows × sideStride]`, the gradients of the sides
  static func run<Kind: Activation>(
    _ activation: Kind.Type, users: Span<UInt32>, items: Span<UInt32>, _ layout: ForwardLayout,
    weights: borrowing FloatBuffer, userSides: borrowing FloatBuffer, itemSides: borrowing FloatBuffer,
    scratch: inout BlockScratch, userSums: inout FloatBuffer, itemSums: inout FloatBuffer,
    dense: inout MutableSpan<Float>
  ) {
    let samples = users.count
    output(activation, samples, layout, weights, scratch.logits, scratch.values, &scratch.sums, &dense)
    for layer in layout.hidden.reversed() {
      multiply(samples, layer, weights, scratch.sums, scratch.values, &scratch.upstream, &dense)
      attenuate(activation, samples, layer, scratch.upstream, scratch.values, &scratch.sums)
    }
    scatter(users, items, layout, userSides, itemSides, scratch.logits, scratch.sums, &userSums, &itemSums)
  }

  private static func output<Kind: Activation>(
    _ activation: Kind.Type, _ samples: Int, _ layout: ForwardLayout, _ weights: borrowing FloatBuffer,
    _ slopes: borrowing FloatBuffer, _ values: borrowing FloatBuffer, _ sums: inout FloatBuffer,
    _ dense: inout MutableSpan<Float>
  ) {
    let weights = weights.span
    let slopes = slopes.span
    let values = values.span
    var sums = sums.mutableSpan
    for sample in 0..<samples {
      let slope = slopes[sample]
      dense[layout.outputBias] += slope
      let place = layout.lastOffset + sample * layout.lastStride
      for lane in 0..<layout.lastWidth {
        let value = values[place + lane]
        let weight = layout.outputTowerRange.lowerBound + lane
        dense[weight] = multiplyAdd(slope, value, dense[weight])
        let upstream = slope * weights[layout.towerOutputOffset + lane]
        sums[place + lane] =
          upstream * Kind.slope(SIMD2(repeating: sums[place + lane]), value: SIMD2(repeating: value))[0]
      }
    }
  }

  private static func multiply(
    _ samples: Int, _ layer: ForwardLayout.Hidden, _ weights: borrowing FloatBuffer, _ sums: borrowing FloatBuffer,
    _ values: borrowing FloatBuffer, _ upstream: inout FloatBuffer, _ dense: inout MutableSpan<Float>
  ) {
    let sums = sums.span
    let gradients = sums.extracting(layer.blockOffset..<layer.blockOffset + samples * layer.stride)
    let inputs = values.span.extracting(layer.inputOffset..<layer.inputOffset + samples * layer.inputStride)
    var weightGradients = dense._mutatingExtracting(layer.weightRange)
    accumulateOuter(
      samples, of: inputs, stride: layer.inputStride, columns: layer.inputs, by: gradients, stride: layer.stride,
      columns: layer.outputs, into: &weightGradients)
    for sample in 0..<samples {
      for lane in 0..<layer.outputs {
        dense[layer.biasRange.lowerBound + lane] += gradients[sample * layer.stride + lane]
      }
    }
    var target = upstream.mutableSpan
    multiplyRows(
      samples, of: gradients, stride: layer.stride,
      by: weights.span.extracting(layer.backwardOffset..<layer.backwardOffset + layer.backward.count), layer.backward,
      into: &target, stride: layer.inputStride)
  }

  private static func attenuate<Kind: Activation>(
    _ activation: Kind.Type, _ samples: Int, _ layer: ForwardLayout.Hidden, _ upstream: borrowing FloatBuffer,
    _ values: borrowing FloatBuffer, _ sums: inout FloatBuffer
  ) {
    let upstream = upstream.span
    let values = values.span
    var sums = sums.mutableSpan
    for index in 0..<samples * layer.inputStride {
      let place = layer.inputOffset + index
      let slope = Kind.slope(SIMD2(repeating: sums[place]), value: SIMD2(repeating: values[place]))[0]
      sums[place] = upstream[index] * slope
    }
  }

  private static func scatter(
    _ users: Span<UInt32>, _ items: Span<UInt32>, _ layout: ForwardLayout, _ userSides: borrowing FloatBuffer,
    _ itemSides: borrowing FloatBuffer, _ slopes: borrowing FloatBuffer, _ firsts: borrowing FloatBuffer,
    _ userSums: inout FloatBuffer, _ itemSums: inout FloatBuffer
  ) {
    let userSides = userSides.span
    let itemSides = itemSides.span
    let slopes = slopes.span
    let firsts = firsts.span
    var userSums = userSums.mutableSpan
    var itemSums = itemSums.mutableSpan
    for sample in users.indices {
      let user = Int(users[sample]) * layout.sideStride
      let item = Int(items[sample]) * layout.sideStride
      let slope = slopes[sample]
      for lane in 0..<layout.pairWidth {
        userSums[user + lane] = multiplyAdd(slope, itemSides[item + lane], userSums[user + lane])
        itemSums[item + lane] = multiplyAdd(slope, userSides[user + lane], itemSums[item + lane])
      }
      for lane in 0..<layout.firstWidth {
        let gradient = firsts[sample * layout.firstStride + lane]
        userSums[user + layout.pairStride + lane] += gradient
        itemSums[item + layout.pairStride + lane] += gradient
      }
    }
  }

  /// From the sides' sums to a table's row gradients and to the dense weights that act on its rows.
  /// - Parameters:
  ///   - rows, gradients: `[count × rowWidth]`
  static func finish(
    _ table: TableID, rows: Span<Float>, _ count: Int, _ layout: ForwardLayout, weights: borrowing FloatBuffer,
    sums: borrowing FloatBuffer, into gradients: inout MutableSpan<Float>, dense: inout MutableSpan<Float>
  ) {
    let shape = layout.shape
    let width = shape.rowWidth
    let stride = layout.sideStride
    let weights = weights.span
    let sums = sums.span
    let user = table == .user
    for row in 0..<count {
      for f in 0..<shape.factors {
        let sum = sums[row * stride + f]
        gradients[row * width + f] = user ? sum * weights[layout.pairOutputOffset + f] : sum
        guard user, !layout.outputFactorsRange.isEmpty else { continue }
        let weight = layout.outputFactorsRange.lowerBound + f
        dense[weight] = multiplyAdd(rows[row * width + f], sum, dense[weight])
      }
      if shape.hasRowBias { gradients[row * width + width - 1] = sums[row * stride + shape.factors + (user ? 0 : 1)] }
      guard user else { continue }
      for (lane, bias) in layout.firstBiasRange.enumerated() {
        dense[bias] += sums[row * stride + layout.pairStride + lane]
      }
    }
    guard shape.embedding > 0, count > 0 else { return }
    let offset = user ? layout.sideBackwardOffsets.user : layout.sideBackwardOffsets.item
    let products = sums.extracting(layout.productColumn(of: table)..<count * stride)
    var target = gradients._mutatingExtracting(shape.factors..<gradients.count)
    multiplyRows(
      count, of: products, stride: stride, by: weights.extracting(offset..<offset + layout.sideBackward.count),
      layout.sideBackward, into: &target, stride: width)
    var weightGradients = dense._mutatingExtracting(user ? layout.userWeightRange : layout.itemWeightRange)
    accumulateOuter(
      count, of: rows.extracting(shape.factors..<rows.count), stride: width, columns: shape.embedding, by: products,
      stride: stride, columns: layout.sideBackward.inner, into: &weightGradients)
  }
}
