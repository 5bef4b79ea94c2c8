// The average of a row's weights over the epochs' ends, in which each epoch counts `averaging` times as much as the
// next: after e epochs `Σ dᵉ⁻ⁱ wᵢ / Σ dᵉ⁻ⁱ`. It is the model that is evaluated and stored (Izmailov et al.: "Averaging
// weights leads to wider optima and better generalization", 2018, with weights that fade); the training never sees it.
extension RowTable {
  /// Takes the weights as they are after step `step` into the averages, at the end of `epoch`, which counts from 1.
  package mutating func average(atEndOf epoch: Int, step: UInt64) {
    guard optimizer.keepsAverages else { return }
    precondition(epoch > 0, "an average before the first epoch")
    let share = Float((1 - optimizer.averaging) / (1 - power(optimizer.averaging, epoch)))
    var row = [Float](repeating: 0, count: width)
    for index in 0..<rowCount {
      var span = row.mutableSpan
      readRow(index, after: step, into: &span)
      Self.move(&averages, index * blocks, blocks, towards: row.span, by: share)
    }
  }

  private static func move(
    _ averages: inout LaneBuffer, _ first: Int, _ blocks: Int, towards weights: Span<Float>, by share: Float
  ) {
    var averages = averages.mutableSpan
    for block in 0..<blocks {
      let old = averages[first + block]
      averages[first + block] = multiplyAdd(old, Lanes(repeating: share), weights.lanes(block) - old)
    }
  }

  /// What some rows give the model, `[rows.count × width]`: their averages where they are kept, and else their weights
  /// after step `step`.
  @_lifetime(weights: copy weights)
  package func readModel(_ rows: Range<Int>, after step: UInt64, into weights: inout MutableSpan<Float>) {
    precondition(weights.count == rows.count * width, "\(weights.count) floats for \(rows.count) rows of \(width)")
    for (place, row) in rows.enumerated() {
      var copy = weights._mutatingExtracting(place * width..<(place + 1) * width)
      readModelRow(row, after: step, into: &copy)
    }
  }

  /// The same for one row: `[width]`.
  @_lifetime(weights: copy weights)
  package func readModelRow(_ row: Int, after step: UInt64, into weights: inout MutableSpan<Float>) {
    guard optimizer.keepsAverages else { return readRow(row, after: step, into: &weights) }
    precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
    let averages = averages.span
    for block in 0..<blocks { weights.setLanes(block, averages[row * blocks + block]) }
  }
}
