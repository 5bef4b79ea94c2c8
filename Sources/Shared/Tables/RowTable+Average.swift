package import Plan

// The average of a row's weights over the points of a job, in which each counts `averaging` times as much as the next:
// after n points `Σ dⁿ⁻ⁱ wᵢ / Σ dⁿ⁻ⁱ`, where a point that was skipped has the weights of the next. It is the model that
// is evaluated and stored (Izmailov et al.: "Averaging weights leads to wider optima and better generalization", 2018,
// with weights that fade); the training never sees it.
extension RowTable {
  /// Takes the weights as they are after step `step` into the averages, at a point of the job.
  package mutating func average(at point: AveragingPoint, step: UInt64) {
    guard optimizer.keepsAverages else { return }
    let fading = optimizer.averaging
    let share = Float((1 - power(fading, point.number - point.previous)) / (1 - power(fading, point.number)))
    var row: [Float] = []
    swap(&row, &rowScratch)
    for index in 0..<rowCount {
      var span = row.mutableSpan
      readRow(index, after: step, into: &span)
      Self.move(&averages, index * blocks, blocks, towards: row.span, by: share)
    }
    swap(&row, &rowScratch)
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
