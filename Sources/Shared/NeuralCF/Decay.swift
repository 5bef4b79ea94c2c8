import Kernels

/// The gradients of λ/2 · ‖w‖².
enum Decay {
  /// Adds `factor · (samples that use it) · row` to each row's gradient.
  /// - Parameters:
  ///   - rows, gradients: `[rows × width]`
  ///   - rowOfSample: `[n]`
  ///   - counts: scratch, `[rows]` or more
  static func addRows(
    _ rows: Span<Float>, _ width: Int, _ rowOfSample: Span<UInt32>, _ factor: Float, counts: inout FloatBuffer,
    to gradients: inout MutableSpan<Float>
  ) {
    let count = rows.count / width
    counts.clear(count)
    var counts = counts.mutableSpan
    for sample in rowOfSample.indices { counts[Int(rowOfSample[sample])] += 1 }
    for row in 0..<count {
      let decay = factor * counts[row]
      for column in row * width..<(row + 1) * width {
        gradients[column] = multiplyAdd(decay, rows[column], gradients[column])
      }
    }
  }

  /// Adds `factor · w` to each dense weight's gradient.
  static func addWeights(_ buffer: borrowing FloatBuffer, _ factor: Float, to gradients: inout MutableSpan<Float>) {
    let weights = buffer.span
    for index in weights.indices { gradients[index] = multiplyAdd(factor, weights[index], gradients[index]) }
  }
}
