import Plan

/// When what was trained is made safe, and that an epoch is reported with the time this took.
extension JobCoordinator {
  /// Reports the last epoch, once its seconds are known: those of a checkpoint at its end are among them.
  mutating func report(_ directives: inout [CoordinatorDirective]) {
    if isUnreported, let record = history.epochs.last { directives.append(.reportEpoch(record)) }
    isUnreported = false
  }

  // Limit: what is lost with a process is computed again, at most half a minute of it; but not more than a fiftieth of
  // the time goes into taking cuts.
  static let cutPeriod = 30.0
  static let cutShare = 50.0

  /// At an epoch's end. Where the plan does not say how often, the last one has to be worth its time first.
  func isCheckpointDue(at time: Double) -> Bool {
    guard plan.checkpointEvery == 0 else { return position.completedEpochs.isMultiple(of: plan.checkpointEvery) }
    return time - cutAt >= Self.cutShare * checkpointSeconds
  }

  mutating func writeCheckpoint(at time: Double, directives: inout [CoordinatorDirective]) {
    enter(.writingCheckpoint, at: time)
    checkpointDueAt = nil
    // Nothing was trained since the last one: what is safe on disk is not touched.
    guard cut?.position != position else { return checkpointWritten(at: time, directives: &directives) }
    directives.append(.writeCheckpoint(position))
  }

  /// The checkpoint is on disk. Its seconds count as training.
  package mutating func checkpointWritten(at time: Double, directives: inout [CoordinatorDirective]) {
    guard phase == .writingCheckpoint else { return }
    countCheckpoint(at: time)
    report(&directives)
    cut = Cut(position: position, history: history)
    fruitlessLosses = 0
    if isInterrupted || stopsEarly {
      finishJob(at: time, directives: &directives)
    } else if let role = joining, position.completedEpochs < plan.epochs {
      join(role, at: time, directives: &directives)
    } else {
      beginEpoch(at: time, directives: &directives)
    }
  }

  private mutating func countCheckpoint(at time: Double) {
    lastHeardAll(at: time)
    if position.step == 0, position.positions.isEmpty, !history.epochs.isEmpty {
      checkpointSeconds = time - phaseBegan
      history.epochs[history.epochs.count - 1].trainingSeconds += time - phaseBegan
    } else {
      history.partial.seconds += time - phaseBegan
      cutSeconds = time - pauseBegan
    }
    cutAt = time
  }

  /// The disk took no checkpoint, and the last one is as it was. The training goes on towards the next; where it ends
  /// with this one, that is tried again for a while.
  /// - Returns: whether this one is tried again
  package mutating func checkpointFailed(
    _ reason: String, at time: Double, directives: inout [CoordinatorDirective]
  ) -> Bool {
    guard phase == .writingCheckpoint else { return false }
    guard isInterrupted || stopsEarly || position.completedEpochs == plan.epochs else {
      countCheckpoint(at: time)
      report(&directives)
      beginEpoch(at: time, directives: &directives)
      return false
    }
    report(&directives)
    lastHeardAll(at: time)
    guard time - phaseBegan < Self.lastCheckpointLimit else {
      fail(73, reason, directives: &directives)
      return false
    }
    checkpointDueAt = time + Self.checkpointRetry
    return true
  }

  // Limit: somebody may be making room; an operator has this long before the job ends and waits for `--resume`.
  static let lastCheckpointLimit = 60.0
  static let checkpointRetry = 1.0

  /// Tries again to write the checkpoint that the job ends with.
  mutating func retryCheckpoint(at time: Double, directives: inout [CoordinatorDirective]) {
    guard phase == .writingCheckpoint, let due = checkpointDueAt, time >= due else { return }
    checkpointDueAt = nil
    directives.append(.writeCheckpoint(position))
  }
}
