import Plan

extension RowTable {
  /// Applies one step's gradients, `[rows.count × width]`, to distinct rows. `step` counts from 1 over the whole job.
  /// Where nobody waits for the slowest, a gradient may come for an earlier step than the row has seen: it is applied
  /// to the row as it is.
  package mutating func apply(_ rows: Span<UInt32>, gradients: Span<Float>, step: UInt64) {
    precondition(step > 0, "gradients before the first step")
    precondition(gradients.count == rows.count * width, "\(gradients.count) floats for \(rows.count) rows of \(width)")
    let rate = Float(optimizer.learningRate * optimizer.rateFactor(at: step))
    switch optimizer.kind {
    case .sgd where optimizer.momentum == 0:
      for index in 0..<rows.count {
        prefetch(rows, after: index)
        stepSGD(&lanes, lanesOfRow(rows[index]), gradients.row(index, width), rate: rate)
      }
    case .sgd:
      for index in 0..<rows.count {
        prefetch(rows, after: index)
        let range = lanesOfRow(rows[index])
        if let idle = idleSteps(of: rows[index], before: step) {
          moveIdleMomentum(&lanes, range, IdleMomentum(idle, optimizer))
        }
        stepMomentum(&lanes, range, gradients.row(index, width), rate: rate, momentum: Float(optimizer.momentum))
        lastSteps[Int(rows[index])] = max(lastSteps[Int(rows[index])], step)
      }
    case .adagrad:
      for index in 0..<rows.count {
        prefetch(rows, after: index)
        stepAdagrad(
          &lanes, lanesOfRow(rows[index]), gradients.row(index, width), rate: rate, epsilon: Float(optimizer.epsilon))
      }
    case .lazyAdam:
      let factors = schedule.factors(at: step)
      for index in 0..<rows.count {
        prefetch(rows, after: index)
        stepAdam(&lanes, lanesOfRow(rows[index]), gradients.row(index, width), factors)
      }
    case .adam:
      let factors = schedule.factors(at: step)
      for index in 0..<rows.count {
        prefetch(rows, after: index)
        let range = lanesOfRow(rows[index])
        if let idle = idleSteps(of: rows[index], before: step) { moveIdleAdam(&lanes, range, idle, schedule) }
        stepAdam(&lanes, range, gradients.row(index, width), factors)
        lastSteps[Int(rows[index])] = max(lastSteps[Int(rows[index])], step)
      }
    }
  }

  /// The same for one row: `[width]`.
  package mutating func applyRow(_ row: Int, gradient: Span<Float>, step: UInt64) {
    precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
    let rows: [1 of UInt32] = [UInt32(row)]
    apply(rows.span, gradients: gradient, step: step)
  }

  @inline(__always)
  private func prefetch(_ rows: Span<UInt32>, after index: Int) {
    let next = index &+ Self.rowsAhead
    if next < rows.count { lanes.prefetch(lanesOfRow(rows[next])) }
  }

  /// The steps between a row's last gradient and `step`; nil if there are none.
  @inline(__always)
  private func idleSteps(of row: UInt32, before step: UInt64) -> IdleSteps? {
    IdleSteps(since: lastSteps[Int(row)], through: step &- 1)
  }
}

extension Span<Float> {
  /// The `index`-th run of `width` floats.
  @inline(__always)
  @_lifetime(copy self)
  fileprivate func row(_ index: Int, _ width: Int) -> Span<Float> {
    extracting(index &* width..<(index &+ 1) &* width)
  }
}
