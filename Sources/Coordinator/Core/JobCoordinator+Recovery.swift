import Plan
import Wire

/// A member, or the coordinator, that was lost, and how long it took until the training went on.
package struct RecoveryRecord: Codable, Sendable, Equatable {
  /// `coordinator`, `server`, `backup` or `worker`.
  package let role: String
  package let index: Int
  /// The optimizer step that the job went back to, or at which a server's backup took its place.
  package let atStep: UInt64
  /// From the moment when the loss was noticed to the next order to train.
  package let seconds: Double
}

/// A loss from which the training has not gone on yet.
struct OpenLoss: Sendable {
  let role: String
  let index: Int
  let noticedAt: Double
}

/// What a job goes back to.
struct Cut: Sendable {
  let position: JobPosition
  let history: JobHistory
}

extension JobCoordinator {
  // Limit: a job that loses someone so often without getting as far as the next checkpoint will not get there.
  static let fruitlessLimit = 10
  // Limit: a process that is started again is there within a second; after these, its share goes to the others.
  static let replacementLimit = 3.0
  // Limit: as many newcomers as a large job has members wait at once; when there are more, they begin anew.
  static let waitingLimit = 4096

  /// A member is lost: its process has ended, it was silent for too long, or it cannot go on. While the training is
  /// under way a server's backup takes its place; else everyone goes back to the last cut, and presents itself anew.
  package mutating func memberLost(
    _ member: Member, reason: String, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    guard phase != .over, endpoints[member] != nil, accounts[member] == nil else { return }
    if phase == .finishing {
      // The model is written; only its account is missing, and nobody waits for it any longer.
      lastHeard[member] = nil
      return membersLeft([member], directives: &directives)
    }
    let whole = "\(member) is lost: \(reason) (\(whereabouts(of: member)))"
    let loss = OpenLoss(role: member.role.rawValue, index: member.index, noticedAt: time)
    guard !isMadeGood(loss, of: member, whole, at: time, directives: &directives) else { return }
    losses += takeovers + [loss]
    goBack(whole, serverProcesses: member.role == .worker ? 0 : -1, at: time, directives: &directives)
  }

  /// The servers did not answer the coordinator, and it is not known who is lost.
  package mutating func serversSilent(reason: String, at time: Double, directives: inout [CoordinatorDirective]) {
    guard phase != .over, phase != .gathering else { return }
    goBack("\(reason) (while \(phaseName))", at: time, directives: &directives)
  }

  /// This coordinator takes the place of one that was lost.
  package mutating func succeeds(coordinatorLostAt time: Double) {
    losses.append(OpenLoss(role: "coordinator", index: 0, noticedAt: time))
    undoneSince = time
  }

  /// - Parameter serverProcesses: how many more there are now than have places
  private mutating func goBack(
    _ reason: String, serverProcesses: Int = 0, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    guard plan.recovery else {
      return fail(69, "\(reason); with --recovery off that ends the job", directives: &directives)
    }
    fruitlessLosses += 1
    guard fruitlessLosses <= Self.fruitlessLimit else {
      let count = "the \(fruitlessLosses)th loss since the last checkpoint"
      return fail(75, "\(reason); that is \(count)", directives: &directives)
    }
    guard !isInterrupted else {
      // Whoever asked for the end need not wait for what can be computed again.
      guard let cut else { return fail(75, "\(reason), before the first checkpoint", directives: &directives) }
      return leave(.interrupted(cut.position), saying: "interrupted", directives: &directives)
    }
    gatherAnew(reason, serverProcesses: serverProcesses, at: time, directives: &directives)
  }

  /// Sends everyone away, to come back into a new membership that goes on from the last cut.
  /// - Parameter serverProcesses: how many more there are now than have places
  mutating func gatherAnew(
    _ reason: String, serverProcesses: Int = 0, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    if trainingBegan > 0, undoneSince == nil { undoneSince = cutAt }
    renewMembership()
    let processes = endpoints.keys.count { $0.role != .worker } + serverProcesses
    awaitedBackups = min(backups.count, max(0, processes - cluster.servers))
    for member in seated { directives.append(.send(member, .regroup(reason: reason))) }
    endpoints = [:]
    self.processes = [:]
    lastHeard = [:]
    lastAdvance = [:]
    progress = [:]
    rates = [:]
    progressAt = [:]
    accounts = [:]
    joining = nil
    unfollowed = []
    takeovers = []
    waitingSince = [:]
    ready = []
    awaited = []
    paused = [:]
    ranks = [:]
    errors = [:]
    let recoveries = history.recoveries
    position = cut?.position ?? JobPosition()
    history = cut?.history ?? JobHistory()
    history.recoveries = recoveries
    isUnreported = false
    enter(.gathering, at: time)
    directives.append(.goBack(reason: reason))
  }

  /// Some places have stayed empty: those who came share the work.
  mutating func goOnWithFewer(at time: Double, directives: inout [CoordinatorDirective]) {
    let arrived = ClusterCount(of: endpoints.keys)
    guard membership.rawValue > 1, arrived.workers > 0, arrived.servers > 0 else { return }
    let servers = min(arrived.servers, cluster.servers)
    guard arrived.workers < cluster.workers || servers < cluster.servers else {
      // Only backups are missing.
      return everyoneMayHaveArrived(at: time, directives: &directives)
    }
    cluster.workers = arrived.workers
    cluster.servers = servers
    let reason = "going on with \(arrived.workers) of \(plan.cluster.workers) workers and \(servers) of "
    gatherAnew(reason + "\(plan.cluster.servers) servers", at: time, directives: &directives)
  }

  private struct ClusterCount {
    var workers = 0
    /// Those that follow one another among them.
    var servers = 0
    init(of members: some Sequence<Member>) {
      for member in members {
        if member.role == .worker { workers += 1 } else { servers += 1 }
      }
    }
  }

  /// The training goes on: all losses are made good.
  mutating func closeLosses(at time: Double, directives: inout [CoordinatorDirective]) {
    for loss in losses { close(loss, atStep: position.optimizerStep, at: time, directives: &directives) }
    losses = []
  }

  mutating func close(
    _ loss: OpenLoss, atStep step: UInt64, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    let record = RecoveryRecord(
      role: loss.role, index: loss.index, atStep: step, seconds: time - loss.noticedAt)
    history.recoveries.append(record)
    directives.append(.reportRecovery(record))
  }

  /// Members that have a place, in a fixed order.
  var seated: [Member] { endpoints.keys.sorted { $0.description < $1.description } }
}
