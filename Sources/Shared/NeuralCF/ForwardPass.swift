import Kernels
import Plan

/// From rows to logits; training and ranking both come through here, so equal inputs have equal logits, bit for bit.
enum ForwardPass {
  /// What each row of a table contributes to its samples.
  /// - Parameters:
  ///   - rows: `[count × rowWidth]`
  ///   - sides: `[count × sideStride]`
  static func fillSides(
    of rows: Span<Float>, _ table: TableID, _ count: Int, _ layout: ForwardLayout, weights: borrowing FloatBuffer,
    into buffer: inout FloatBuffer
  ) {
    let shape = layout.shape
    let width = shape.rowWidth
    let stride = layout.sideStride
    precondition(rows.count == count * width, "\(rows.count) floats for \(count) rows of \(width)")
    var sides = buffer.mutableSpan
    let weights = weights.span
    for row in 0..<count {
      for f in 0..<shape.factors {
        let factor = rows[row * width + f]
        sides[row * stride + f] = table == .user ? factor * weights[layout.pairOutputOffset + f] : factor
      }
      guard layout.hasScalar else { continue }
      let scalar = shape.hasRowBias ? rows[row * width + width - 1] : 0
      sides[row * stride + shape.factors] = table == .user ? scalar : 1
      sides[row * stride + shape.factors + 1] = table == .user ? 1 : scalar
    }
    guard shape.embedding > 0, count > 0 else { return }
    let offset = table == .user ? layout.sideForwardOffsets.user : layout.sideForwardOffsets.item
    var target = sides._mutatingExtracting(layout.productColumn(of: table)..<count * stride)
    multiplyRows(
      count, of: rows.extracting(shape.factors..<rows.count), stride: width,
      by: weights.extracting(offset..<offset + layout.sideForward.count), layout.sideForward, into: &target,
      stride: stride)
  }

  /// The logits of up to a block of samples; sums and activations stay in the scratch.
  /// - Parameters:
  ///   - users, items: `[samples]` positions of sides
  static func run<Kind: Activation>(
    _ activation: Kind.Type, users: Span<UInt32>, items: Span<UInt32>, _ layout: ForwardLayout,
    weights: borrowing FloatBuffer, userSides: borrowing FloatBuffer, itemSides: borrowing FloatBuffer,
    into scratch: inout BlockScratch
  ) {
    let samples = users.count
    precondition(items.count == samples, "\(samples) users and \(items.count) items")
    gather(activation, users, items, layout, userSides, itemSides, &scratch.sums, &scratch.values, &scratch.logits)
    for layer in layout.hidden {
      multiply(samples, layer, weights, scratch.values, into: &scratch.sums)
      activate(activation, samples, layer, scratch.sums, into: &scratch.values)
    }
    addOutput(samples, layout, weights, scratch.values, into: &scratch.logits)
  }

  private static func gather<Kind: Activation>(
    _ activation: Kind.Type, _ users: Span<UInt32>, _ items: Span<UInt32>, _ layout: ForwardLayout,
    _ userSides: borrowing FloatBuffer, _ itemSides: borrowing FloatBuffer, _ sums: inout FloatBuffer,
    _ values: inout FloatBuffer, _ logits: inout FloatBuffer
  ) {
    let userSides = userSides.span
    let itemSides = itemSides.span
    var sums = sums.mutableSpan
    var values = values.mutableSpan
    var logits = logits.mutableSpan
    let stride = layout.sideStride
    for sample in users.indices {
      let user = Int(users[sample]) * stride
      let item = Int(items[sample]) * stride
      var total: Float = 0
      for lane in 0..<layout.pairWidth { total = multiplyAdd(userSides[user + lane], itemSides[item + lane], total) }
      logits[sample] = total
      let place = sample * layout.firstStride
      for lane in 0..<layout.firstWidth {
        let sum = userSides[user + layout.pairStride + lane] + itemSides[item + layout.pairStride + lane]
        sums[place + lane] = sum
        values[place + lane] = Kind.value(SIMD2(repeating: sum))[0]
      }
    }
  }

  private static func multiply(
    _ samples: Int, _ layer: ForwardLayout.Hidden, _ weights: borrowing FloatBuffer, _ values: borrowing FloatBuffer,
    into sums: inout FloatBuffer
  ) {
    let values = values.span
    var all = sums.mutableSpan
    var target = all._mutatingExtracting(layer.blockOffset..<layer.blockOffset + samples * layer.stride)
    multiplyRows(
      samples, of: values.extracting(layer.inputOffset..<values.count), stride: layer.inputStride,
      by: weights.span.extracting(layer.forwardOffset..<layer.forwardOffset + layer.forward.count), layer.forward,
      into: &target, stride: layer.stride)
  }

  private static func activate<Kind: Activation>(
    _ activation: Kind.Type, _ samples: Int, _ layer: ForwardLayout.Hidden, _ sums: borrowing FloatBuffer,
    into values: inout FloatBuffer
  ) {
    let sums = sums.span
    var values = values.mutableSpan
    for place in layer.blockOffset..<layer.blockOffset + samples * layer.stride {
      values[place] = Kind.value(SIMD2(repeating: sums[place]))[0]
    }
  }

  private static func addOutput(
    _ samples: Int, _ layout: ForwardLayout, _ weights: borrowing FloatBuffer, _ values: borrowing FloatBuffer,
    into logits: inout FloatBuffer
  ) {
    let weights = weights.span
    let values = values.span
    var logits = logits.mutableSpan
    for sample in 0..<samples {
      let place = layout.lastOffset + sample * layout.lastStride
      var total: Float = 0
      for lane in 0..<layout.lastWidth {
        total = multiplyAdd(values[place + lane], weights[layout.towerOutputOffset + lane], total)
      }
      logits[sample] = logits[sample] + total + weights[layout.outputBiasOffset]
    }
  }
}
