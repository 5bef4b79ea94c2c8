import Plan

/// Rows of weights with their optimizer state beside them, and the rules by which gradients change them. Under `adam`,
/// and under `sgd` with momentum, a row goes on moving in steps that bring it no gradient, as in PyTorch's dense
/// optimizers: a read returns it as it would be by then, without changing the table, and the next gradient starts from
/// there. Under the other rules idle rows rest. What a row becomes depends on its gradients and their steps alone.
package struct RowTable: ~Copyable, Sendable {
  package let rowCount: Int
  package let width: Int
  package let optimizer: OptimizerSettings
  /// The lanes of a row's weights, and of each of its moments.
  let blocks: Int
  /// The lanes of a row's weights and moments together.
  let stride: Int
  /// `[rows × stride]`
  var lanes: LaneBuffer
  /// The averages of the rows' weights, `[rows × blocks]`, where they are kept.
  var averages: LaneBuffer
  /// `[width]`, where averages are kept.
  var rowScratch: [Float]
  /// The step of each row's last gradient, 0 before the first; kept only where idle rows move.
  var lastSteps: [UInt64]
  let schedule: AdamSchedule

  /// Rows of zeros.
  package init(rows: Int, width: Int, optimizer: OptimizerSettings) {
    precondition(rows >= 0 && rows <= UInt32.max && width >= 0, "\(rows) rows of \(width)")
    rowCount = rows
    self.width = width
    self.optimizer = optimizer
    blocks = Lanes.covering(width)
    stride = blocks * (1 + optimizer.momentCount)
    lanes = LaneBuffer(count: rows * stride)
    averages = LaneBuffer(count: optimizer.keepsAverages ? rows * blocks : 0)
    rowScratch = Array(repeating: 0, count: optimizer.keepsAverages ? width : 0)
    lastSteps = [UInt64](repeating: 0, count: optimizer.movesIdleRows ? rows : 0)
    schedule = AdamSchedule(optimizer)
  }

  /// How far rows are fetched ahead: the time of so many updates covers a load that misses the caches.
  static var rowsAhead: Int { 6 }

  @inline(__always)
  func lanesOfRow(_ row: UInt32) -> Range<Int> {
    precondition(row < rowCount, "row \(row) of \(rowCount)")
    return Int(row) &* stride..<(Int(row) &+ 1) &* stride
  }

  /// Gives a row its initial weights, `[width]`.
  package mutating func setWeights(of row: Int, from weights: Span<Float>) {
    precondition(weights.count == width, "\(weights.count) weights for a row of \(width)")
    let first = lanesOfRow(UInt32(row)).lowerBound
    let blocks = blocks
    for block in 0..<blocks { lanes.set(weights.lanes(block), at: first + block) }
    guard optimizer.keepsAverages else { return }
    for block in 0..<blocks { averages.set(weights.lanes(block), at: row * blocks + block) }
  }

  /// The weights as they are after step `step` (0 is before the first): `[rows.count × width]`.
  @_lifetime(weights: copy weights)
  package func read(_ rows: Span<UInt32>, after step: UInt64, into weights: inout MutableSpan<Float>) {
    readValues(of: rows, after: step, into: &weights)
  }

  /// The same as half floats, rounded to the nearest, ties to even.
  @_lifetime(weights: copy weights)
  package func read(_ rows: Span<UInt32>, after step: UInt64, into weights: inout MutableSpan<Float16>) {
    readValues(of: rows, after: step, into: &weights)
  }

  @inline(__always)
  @_lifetime(weights: copy weights)
  private func readValues<Value: LaneValue>(
    of rows: Span<UInt32>, after step: UInt64, into weights: inout MutableSpan<Value>
  ) {
    precondition(weights.count == rows.count * width, "\(weights.count) floats for \(rows.count) rows of \(width)")
    for index in 0..<rows.count {
      if index &+ Self.rowsAhead < rows.count {
        let first = lanesOfRow(rows[index &+ Self.rowsAhead]).lowerBound
        lanes.prefetch(first..<first &+ (optimizer.movesIdleRows ? stride : blocks))
      }
      var copy = weights._mutatingExtracting(index &* width..<(index &+ 1) &* width)
      readLanes(of: rows[index], after: step, into: &copy)
    }
  }

  /// The same for one row: `[width]`.
  @_lifetime(weights: copy weights)
  package func readRow(_ row: Int, after step: UInt64, into weights: inout MutableSpan<Float>) {
    precondition(weights.count == width, "\(weights.count) floats for a row of \(width)")
    readLanes(of: UInt32(row), after: step, into: &weights)
  }

  @inline(__always)
  @_lifetime(weights: copy weights)
  private func readLanes<Value: LaneValue>(
    of row: UInt32, after step: UInt64, into weights: inout MutableSpan<Value>
  ) {
    let state = lanes.span.extracting(lanesOfRow(row))
    guard optimizer.movesIdleRows, let idle = IdleSteps(since: lastSteps[Int(row)], through: step) else {
      for block in 0..<blocks { weights.setLanes(block, state[block]) }
      return
    }
    if optimizer.kind == .adam {
      for block in 0..<blocks {
        let moved = movedByIdleAdam(
          state[block], first: state[blocks &+ block], second: state[2 &* blocks &+ block], idle, schedule)
        weights.setLanes(block, moved)
      }
    } else {
      let idle = IdleMomentum(idle, optimizer)
      for block in 0..<blocks {
        weights.setLanes(block, idle.moved(state[block], velocity: state[blocks &+ block]))
      }
    }
  }
}
