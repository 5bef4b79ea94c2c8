import Plan
import Ranking
package import Wire

extension JobCoordinator {
  /// A member says something.
  package mutating func received(
    _ message: ControlMessage, from member: Member, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    lastHeard[member] = time
    switch message {
    case .ready: memberReady(member, at: time, directives: &directives)
    case .arranged: arranged(member, at: time, directives: &directives)
    case .leaderGone: leaderGone(member, at: time, directives: &directives)
    case .progress(let progress): advanced(member, progress, at: time)
    case .epochFinished(let progress, let positions), .paused(let progress, let positions):
      advanced(member, progress, at: time)
      stopped(member, progress, positions: positions, at: time, directives: &directives)
    case .settled: settled(member, directives: &directives)
    case .evaluated(let counts): evaluated(member, counts, at: time, directives: &directives)
    case .measured(let errors): measured(member, errors, at: time, directives: &directives)
    case .farewell(let account):
      accounts[member] = account
      membersLeft([member], directives: &directives)
    case .failed(ControlMessage.tryAgain, let reason):
      memberLost(member, reason: reason, at: time, directives: &directives)
    case .failed(let exitCode, let reason):
      fail(exitCode, "\(member): \(reason)", directives: &directives)
    case .alive, .hello, .askStatus: break
    case .regroup, .welcome, .connect, .train, .replaceServer, .follow, .goAlone, .takeOver, .pause, .settle, .evaluate,
      .finish, .abort, .status:
      fail(70, "\(member) sent what only the coordinator says", directives: &directives)
    }
  }

  /// Members have accounted for themselves, or are lost when nothing else is left to do.
  mutating func membersLeft(_ members: [Member], directives: inout [CoordinatorDirective]) {
    awaited.subtract(members)
    guard phase == .finishing, awaited.isEmpty else { return }
    phase = .over
    directives.append(.finish(isInterrupted ? .interrupted(position) : .done))
  }

  private mutating func advanced(_ member: Member, _ value: Progress, at time: Double) {
    if progress[member]?.step != value.step || progress[member]?.epoch != value.epoch { lastAdvance[member] = time }
    if let before = progress[member], before.epoch == value.epoch, let seconds = progressAt[member].map({ time - $0 }),
      seconds > 0, value.samples > before.samples
    {
      rates[member] = Double(value.samples - before.samples) / seconds
    }
    progress[member] = value
    progressAt[member] = time
  }

  // MARK: training

  mutating func beginEpoch(at time: Double, directives: inout [CoordinatorDirective]) {
    guard position.completedEpochs < plan.epochs, !isInterrupted else {
      return finishJob(at: time, directives: &directives)
    }
    closeLosses(at: time, directives: &directives)
    enter(.training, at: time)
    trainingBegan = undoneSince ?? time
    undoneSince = nil
    awaited = Set(workers)
    begun = plan.consistency == .bsp ? [:] : paused.filter { $1.progress.epoch == epoch }.mapValues(\.progress.step)
    paused = [:]
    progress = [:]
    for worker in workers { lastAdvance[worker] = time }
    directives.append(.reportStart)
    let positions = position.positions.enumerated().map { ShardPosition(shard: ShardID($0), position: $1) }
    for worker in workers {
      let step = plan.consistency == .bsp ? Step(UInt32(position.step)) : begun[worker] ?? Step(rawValue: 0)
      directives.append(
        .send(
          worker, .train(epoch: epoch, step: step, until: Step(UInt32(stepsPerEpoch)), positions: positions)))
    }
  }

  private var epoch: Epoch { Epoch(rawValue: UInt32(position.completedEpochs + 1)) }

  /// The user wants the job to stop: at the next step, or when the phase is through.
  package mutating func interrupted(at time: Double, directives: inout [CoordinatorDirective]) {
    guard !isInterrupted, phase != .over else { return }
    isInterrupted = true
    switch phase {
    case .gathering, .preparing:
      phase = .over
      for member in endpoints.keys { directives.append(.send(member, .abort(reason: "interrupted before training"))) }
      directives.append(.finish(.interrupted(position)))
    case .training: pause(at: time, directives: &directives)
    case .pausing, .settling, .evaluating, .writingCheckpoint, .finishing, .over: break
    }
  }

  /// Every worker stops, so that a cut can be taken.
  mutating func pause(at time: Double, directives: inout [CoordinatorDirective]) {
    pauseBegan = time
    enter(.pausing, at: time)
    for worker in workers where awaited.contains(worker) { directives.append(.send(worker, .pause)) }
  }

  /// A worker has no more to push: its epoch is through, or it paused.
  private mutating func stopped(
    _ member: Member, _ progress: Progress, positions: [ShardPosition], at time: Double,
    directives: inout [CoordinatorDirective]
  ) {
    guard phase == .training || phase == .pausing, progress.epoch == epoch else { return }
    guard member.role == .worker, isWithinEpoch(member, progress.step) else {
      return fail(
        70, "\(member) stops at step \(progress.step) of \(stepsPerEpoch), begun at \(position.step)",
        directives: &directives)
    }
    awaited.remove(member)
    paused[member] = (progress, positions)
    everyoneMayHaveStopped(at: time, directives: &directives)
  }

  /// Brings the rows to the servers, if all of them serve, or lets those go on who are behind.
  mutating func everyoneMayHaveStopped(at time: Double, directives: inout [CoordinatorDirective]) {
    guard awaited.isEmpty, takeovers.isEmpty else { return }
    if phase == .pausing, plan.consistency == .bsp {
      let target = paused.values.map(\.progress.step).max() ?? Step(0)
      let behind = workers.filter { (paused[$0]?.progress.step ?? target) < target }
      if !behind.isEmpty {
        awaited = Set(behind)
        for worker in behind {
          guard let step = paused[worker]?.progress.step else { continue }
          directives.append(.send(worker, .train(epoch: epoch, step: step, until: target, positions: [])))
        }
        return
      }
    }
    enter(.settling, at: time)
    awaited = Set(workers)
    for worker in workers { directives.append(.send(worker, .settle(endedEpoch: endedEpoch))) }
  }

  /// Whether a worker can have come to a step; in `ssp` and `async` it counts its own, and an epoch in which one worker
  /// takes all has no more than one interaction in each.
  private func isWithinEpoch(_ member: Member, _ step: Step) -> Bool {
    switch plan.consistency {
    case .bsp: Int(step.rawValue) >= position.step && Int(step.rawValue) <= stepsPerEpoch
    case .ssp, .async:
      step >= begun[member] ?? Step(rawValue: 0) && Int(step.rawValue) <= size.trainingInteractions
    }
  }

  /// A worker's users are back on the servers. When all are, the servers may still have item rows to update.
  private mutating func settled(_ member: Member, directives: inout [CoordinatorDirective]) {
    guard phase == .settling else { return }
    awaited.remove(member)
    guard awaited.isEmpty else { return }
    directives.append(.settleServers(optimizerStep: settledOptimizerStep, endedEpoch: endedEpoch))
  }

  /// The epoch, if all of it is trained, and else 0.
  private var endedEpoch: Epoch { isEpochThrough ? epoch : Epoch(rawValue: 0) }

  private var isEpochThrough: Bool {
    let samples = paused.values.reduce(history.partial.samples) { $0 + $1.progress.samples }
    return samples >= UInt64(size.trainingInteractions * (1 + plan.negatives))
  }

  /// The optimizer steps when every push of the order is applied.
  private var settledOptimizerStep: UInt64 { position.optimizerStep + UInt64(max(0, stepsOfOrder)) }

  /// The optimizer steps that the last order to train has led to.
  private var stepsOfOrder: Int {
    switch plan.consistency {
    case .bsp: (paused.values.map { Int($0.progress.step.rawValue) }.max() ?? position.step) - position.step
    case .ssp, .async:
      paused.reduce(0) { sum, stop in
        sum + Int(stop.value.progress.step.rawValue) - Int(begun[stop.key]?.rawValue ?? 0)
      }
    }
  }

  /// Every server has applied every push: the cut is consistent.
  package mutating func serversSettled(at time: Double, directives: inout [CoordinatorDirective]) {
    guard phase == .settling else { return }
    lastHeardAll(at: time)
    let isThrough = isEpochThrough
    position.optimizerStep = settledOptimizerStep
    history.partial.samples += paused.values.reduce(0) { $0 + $1.progress.samples }
    // Losses that are worth something are far from overflowing; those of a worker that lies need not be told from them.
    history.partial.loss = paused.values.reduce(history.partial.loss) { $0 &+ $1.progress.loss }
    history.partial.seconds += time - trainingBegan
    if isThrough {
      closeEpoch(at: time, directives: &directives)
    } else {
      takePositions()
      writeCheckpoint(at: time, directives: &directives)
    }
  }

  /// Where the unfinished epoch stands.
  private mutating func takePositions() {
    position.step += stepsOfOrder
    guard plan.consistency != .bsp else { return }
    var positions = [UInt32](repeating: 0, count: plan.shardCount)
    for stop in paused.values {
      for position in stop.positions where Int(position.shard.rawValue) < positions.count {
        positions[Int(position.shard.rawValue)] = position.position
      }
    }
    position.positions = positions
  }

  private mutating func closeEpoch(at time: Double, directives: inout [CoordinatorDirective]) {
    position.completedEpochs += 1
    position.step = 0
    position.positions = []
    let partial = history.partial
    history.partial = PartialEpoch()
    history.epochs.append(
      EpochRecord(
        epoch: position.completedEpochs, samples: partial.samples,
        loss: Double(partial.loss) * Progress.lossUnit / Double(max(1, partial.samples)),
        trainingSeconds: partial.seconds, evaluationSeconds: 0, test: nil, validation: nil))
    let isLast = position.completedEpochs == plan.epochs || isInterrupted
    if isLast || position.completedEpochs.isMultiple(of: plan.evaluateEvery) {
      evaluationBegan = time
      evaluate(plan.validation ? .validation : .test, at: time, directives: &directives)
    } else {
      epochMeasured(at: time, directives: &directives)
    }
  }

  // MARK: evaluation

  private mutating func evaluate(
    _ target: EvaluationTarget, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    enter(.evaluating(target), at: time)
    awaited = Set(workers)
    ranks = [:]
    errors = [:]
    for worker in workers { directives.append(.send(worker, .evaluate(target))) }
  }

  private mutating func evaluated(
    _ member: Member, _ counts: RankCounts, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    guard case .evaluating(let target) = phase, plan.objective == .implicit, awaited.contains(member),
      counts.counts.count == plan.topK
    else { return }
    awaited.remove(member)
    ranks[member] = counts
    guard awaited.isEmpty else { return }
    var sum = [UInt64](repeating: 0, count: plan.topK)
    for part in ranks.values {
      for rank in sum.indices { sum[rank] += part.counts[rank] }
    }
    let tally = RankTally(counts: sum, cases: ranks.values.reduce(0) { $0 + $1.cases })
    let last = history.epochs.count - 1
    switch target {
    case .validation: history.epochs[last].validation = tally
    case .test: history.epochs[last].test = tally
    }
    evaluationEnded(target, at: time, directives: &directives)
  }

  /// A worker has compared its users' ratings with what the model predicts.
  private mutating func measured(
    _ member: Member, _ found: RatingErrors, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    guard case .evaluating(let target) = phase, plan.objective == .rating, awaited.contains(member) else { return }
    if let other = errors.values.first, other.width != found.width || other.minimum != found.minimum {
      return fail(65, "\(member) has ratings on another scale than the others", directives: &directives)
    }
    awaited.remove(member)
    errors[member] = found
    guard awaited.isEmpty else { return }
    let tallies = errors.values.map(RatingTally.init)
    let sum = tallies.dropFirst().reduce(into: tallies[0]) { $0 += $1 }
    let last = history.epochs.count - 1
    switch target {
    case .validation: history.epochs[last].validationErrors = sum
    case .test: history.epochs[last].testErrors = sum
    }
    evaluationEnded(target, at: time, directives: &directives)
  }

  private mutating func evaluationEnded(
    _ target: EvaluationTarget, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    switch target {
    case .validation: evaluate(.test, at: time, directives: &directives)
    case .test:
      history.epochs[history.epochs.count - 1].evaluationSeconds = time - evaluationBegan
      epochMeasured(at: time, directives: &directives)
    }
  }

  private mutating func epochMeasured(at time: Double, directives: inout [CoordinatorDirective]) {
    isUnreported = true
    let stale = plan.stopAfterStaleEpochs
    if stale > 0, history.staleEvaluations(topK: plan.topK) >= stale { stopsEarly = true }
    let isLast = position.completedEpochs == plan.epochs || isInterrupted || stopsEarly
    if isLast || plan.recovery && isCheckpointDue(at: time) {
      writeCheckpoint(at: time, directives: &directives)
    } else {
      report(&directives)
      beginEpoch(at: time, directives: &directives)
    }
  }

  mutating func finishJob(at time: Double, directives: inout [CoordinatorDirective]) {
    enter(.finishing, at: time)
    awaited = Set(members)
    for member in members { directives.append(.send(member, .finish)) }
  }
}
