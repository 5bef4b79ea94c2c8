import Kernels
import Plan

/// The products of the layers and the gradients of their weights.
struct ProductStairs {
  let rows: Int
  let inputs: Int
  let outputs: Int
  /// Rows that go through all layers together.
  private static let blockSize = 96

  /// Every layer of a model: the first over the distinct items of a leaf, the others over its samples, in blocks.
  static func climb(_ name: String, _ shape: NetworkShape, _ samples: Int, on staircase: inout Staircase) {
    let leaf = SampleLeaf(samples: samples)
    var inputs = shape.embedding
    for (layer, outputs) in shape.hidden.enumerated() {
      let stairs = ProductStairs(rows: layer == 0 ? leaf.items.count : samples, inputs: inputs, outputs: outputs)
      stairs.climbProduct("\(name), leaf \(samples)", on: &staircase)
      stairs.climbWeightGradient("\(name), leaf \(samples)", on: &staircase)
      inputs = outputs
    }
  }

  private var inputRows: RowLayout { RowLayout(stride: PanelLayout.padded(inputs)) }
  private var outputRows: RowLayout { RowLayout(stride: PanelLayout.padded(outputs)) }
  private var work: Work { .flops(2 * rows * inputs * outputs) }

  private func climbProduct(_ name: String, on staircase: inout Staircase) {
    let values = FloatBuffer.noise(rows * inputRows.stride)
    let weights = FloatBuffer.noise(inputs * outputs, seed: 2)
    let bias = FloatBuffer.noise(outputs, seed: 3)
    let matrix = PanelLayout(inner: inputs, columns: outputs)
    var packed = FloatBuffer(count: matrix.count)
    Self.pack(matrix, weights, bias, into: &packed)
    var plainSums = FloatBuffer(count: rows * outputRows.stride)
    var sums = FloatBuffer(count: rows * outputRows.stride)
    let plain = { multiplyPlainly(values, weights, bias, into: &plainSums) }
    let fast = { multiply(values, packed, matrix, into: &sums) }
    plain()
    fast()
    let shape = "\(name): \(rows) × \(inputs) → \(outputs)"
    checkAgreement("product of \(shape)", plainSums.span, sums.span)
    staircase.compare("product", shape, work, plain: plain, fast: fast)
  }

  private func climbWeightGradient(_ name: String, on staircase: inout Staircase) {
    let values = FloatBuffer.noise(rows * inputRows.stride)
    let gradients = FloatBuffer.noise(rows * outputRows.stride, seed: 4)
    var plainSums = FloatBuffer(count: inputs * outputs)
    var sums = FloatBuffer(count: inputs * outputs)
    let plain = { accumulatePlainly(values, gradients, into: &plainSums) }
    let fast = { accumulate(values, gradients, into: &sums) }
    plain()
    fast()
    let shape = "\(name): \(inputs) × \(rows) × \(outputs)"
    checkAgreement("weight gradient of \(shape)", plainSums.span, sums.span)
    staircase.compare("weight gradient", shape, work, plain: plain, fast: fast)
  }

  // The buffers are arguments, so that each callee may open spans of several of them at once.

  private static func pack(
    _ matrix: PanelLayout, _ weights: borrowing FloatBuffer, _ bias: borrowing FloatBuffer,
    into packed: inout FloatBuffer
  ) {
    var target = packed.mutableSpan
    matrix.pack(weights.span, bias: bias.span, into: &target)
  }

  private func multiplyPlainly(
    _ values: borrowing FloatBuffer, _ weights: borrowing FloatBuffer, _ bias: borrowing FloatBuffer,
    into sums: inout FloatBuffer
  ) {
    var target = sums.mutableSpan
    Plain.multiply(
      rows, values.span, inputRows, weights.span, inner: inputs, columns: outputs, bias: bias.span, into: &target,
      outputRows)
  }

  private func multiply(
    _ values: borrowing FloatBuffer, _ packed: borrowing FloatBuffer, _ matrix: PanelLayout,
    into sums: inout FloatBuffer
  ) {
    var target = sums.mutableSpan
    for start in stride(from: 0, to: rows, by: Self.blockSize) {
      multiplyRows(
        min(Self.blockSize, rows - start), of: values.span, Self.rows(inputRows, from: start), by: packed.span, matrix,
        into: &target, Self.rows(outputRows, from: start), padding: true)
    }
  }

  private func accumulatePlainly(
    _ values: borrowing FloatBuffer, _ gradients: borrowing FloatBuffer, into sums: inout FloatBuffer
  ) {
    var target = sums.mutableSpan
    Plain.accumulate(
      rows, values.span, inputRows, columns: inputs, gradients.span, outputRows, columns: outputs, into: &target)
  }

  private func accumulate(
    _ values: borrowing FloatBuffer, _ gradients: borrowing FloatBuffer, into sums: inout FloatBuffer
  ) {
    var target = sums.mutableSpan
    for start in stride(from: 0, to: rows, by: Self.blockSize) {
      accumulateOuter(
        min(Self.blockSize, rows - start), of: values.span, Self.rows(inputRows, from: start), columns: inputs,
        by: gradients.span, Self.rows(outputRows, from: start), columns: outputs, into: &target, at: 0)
    }
  }

  private static func rows(_ layout: RowLayout, from start: Int) -> RowLayout {
    RowLayout(offset: start * layout.stride, stride: layout.stride)
  }
}
