package import Plan
package import Wire

/// Where the training stands when it begins or goes on.
package struct JobPosition: Codable, Sendable, Equatable {
  /// Epochs that are finished.
  package var completedEpochs = 0
  /// Steps of the next epoch that are done; in `ssp` and `async` those of all workers together.
  package var step = 0
  /// Interactions of the next epoch that are done, per shard, in `ssp` and `async`.
  package var positions: [UInt32] = []
  /// Optimizer steps so far.
  package var optimizerStep: UInt64 = 0
  package init() {}
}

/// One process of the job, the coordinator aside.
package struct Member: Hashable, Sendable, CustomStringConvertible {
  package enum Role: String, Sendable { case worker, server, backup }
  package let role: Role
  /// A backup has that of its server.
  package let index: Int
  package init(role: Role, index: Int) {
    self.role = role
    self.index = index
  }
  package var description: String { "\(role.rawValue) \(index)" }

  /// A server's.
  var backup: Member { Member(role: .backup, index: index) }
}

/// An order from the Core to the Loop.
package enum CoordinatorDirective: Sendable, Equatable {
  case send(Member, ControlMessage)
  /// The members were sent away: forget where they were, and go back to the last checkpoint.
  case goBack(reason: String)
  /// A server is lost, and its backup has its place: what is meant for the server goes to that process.
  case promote(Member, to: Member, reason: String)
  /// A server does without its backup until the next cut.
  case reportBackupLost(Member, reason: String)
  /// The training goes on after a loss.
  case reportRecovery(RecoveryRecord)
  /// A member of this machine was silent for too long: end its process, so that another can take its place.
  case endProcess(UInt32)
  /// Give the servers the rows that the job goes on or begins from, then call `serversRestored`.
  case restoreServers
  /// Wait until every server has applied `optimizerStep`, then call `serversSettled`; with the epoch that ends here,
  /// or 0.
  case settleServers(optimizerStep: UInt64, endedEpoch: Epoch)
  /// Write a checkpoint of this position, then call `checkpointWritten`, or `checkpointFailed` where the disk does not
  /// take it.
  case writeCheckpoint(JobPosition)
  /// An epoch is trained, and evaluated if it is due.
  case reportEpoch(EpochRecord)
  /// An epoch begins, or goes on.
  case reportStart
  /// The job is over.
  case finish(JobOutcome)
}

/// How a job ends.
package enum JobOutcome: Sendable, Equatable {
  case done
  /// Interrupted; a checkpoint lets it go on.
  case interrupted(JobPosition)
  /// It cannot go on; the exit code is that of the contract.
  case failed(exitCode: Int32, reason: String)
}

/// The coordinator's decisions, from the first member to the last farewell: who trains what, when an epoch is over,
/// when to evaluate, when to write a checkpoint, and when to give up.
///
/// Duties of the Loop, in order: hand in what happened, with the time; carry out the directives as they come; call
/// `ticked` a few times a second. Time is seconds on any clock that only goes forward.
package struct JobCoordinator: Sendable {
  package enum Phase: Sendable, Equatable {
    /// Waiting for the members to present themselves.
    case gathering
    /// Members prepare: servers their rows, then workers their users.
    case preparing
    case training
    /// Interrupted: every worker stops at the same place.
    case pausing
    /// The workers write their users back, and the servers apply the last pushes.
    case settling
    case evaluating(EvaluationTarget)
    case writingCheckpoint
    /// Members account for themselves and leave.
    case finishing
    case over
  }

  package let plan: TrainingPlan
  package let planBytes: [UInt8]
  package let size: ProblemSize
  /// Another one in every membership, so that nobody takes an earlier one's rows for this one's.
  package private(set) var job: JobID
  /// A new job begins from rows that are there.
  private let beginsFromRows: Bool
  let dataFingerprint: String
  /// Counts how often the members were gathered; what belongs to an earlier time is refused.
  package internal(set) var membership = MembershipEpoch(rawValue: 1)
  /// How many members the job has now; the plan's, unless some were lost for good.
  package internal(set) var cluster: ClusterShape

  package internal(set) var phase = Phase.gathering
  package internal(set) var position: JobPosition
  package internal(set) var history: JobHistory
  package internal(set) var isInterrupted = false
  /// No better evaluation for as long as the plan waits.
  package internal(set) var stopsEarly = false

  /// The members that have arrived, with where a server listens.
  package internal(set) var endpoints: [Member: String] = [:]
  /// The members' process ids.
  package internal(set) var processes: [Member: UInt32] = [:]
  var lastHeard: [Member: Double] = [:]
  /// When each worker last got further.
  var lastAdvance: [Member: Double] = [:]
  package internal(set) var progress: [Member: Progress] = [:]
  /// Samples a second of each worker between the last two times that it spoke of an epoch.
  var rates: [Member: Double] = [:]
  var progressAt: [Member: Double] = [:]
  var accounts: [Member: Account] = [:]
  /// Servers that have their rows, and workers that have their users.
  var ready: Set<Member> = []
  /// Whom the current phase still waits for.
  var awaited: Set<Member> = []
  /// Where paused workers stand.
  var paused: [Member: (progress: Progress, positions: [ShardPosition])] = [:]
  /// In `ssp` and `async`, the steps of this epoch that each worker had done in this membership when it was last told
  /// to train: it counts them on, so that the servers tell a push from its repetition.
  var begun: [Member: Step] = [:]
  var ranks: [Member: RankCounts] = [:]
  var errors: [Member: RatingErrors] = [:]

  /// The last checkpoint's.
  var cut: Cut?
  /// Losses from which the training has not gone on yet, and how many there were since the last checkpoint.
  var losses: [OpenLoss] = []
  /// When those without a place first presented themselves, by incarnation.
  var waitingSince: [UInt64: Double] = [:]
  /// Who joins when the next cut is on disk.
  var joining: Hello.Role?
  var fruitlessLosses = 0
  /// The last epoch was measured, and nobody was told.
  var isUnreported = false
  /// How many backups the gathering waits for.
  var awaitedBackups: Int
  /// Servers that have been told of their backup, and are not followed yet.
  var unfollowed: Set<Member> = []
  /// Losses of servers whose backups have their places, and have not begun to serve.
  var takeovers: [OpenLoss] = []

  var phaseBegan: Double
  /// When the last checkpoint was complete, and how long the training stood still for it.
  var cutAt: Double
  var cutSeconds = 0.0
  /// How long the last checkpoint at an epoch's end took to write.
  var checkpointSeconds = 0.0
  var pauseBegan = 0.0
  /// When the checkpoint that the disk did not take is tried again.
  var checkpointDueAt: Double?
  /// When the training that the next epoch record counts began, and the seconds of it that are already counted
  /// elsewhere.
  var trainingBegan = 0.0
  /// Since when everything that was trained is to be trained again; the seconds count for the epoch in which it is.
  var undoneSince: Double?
  var evaluationBegan = 0.0

  // Limit: a process starts in well under a second, a container of a gigabyte is checked in a few; a minute means it
  // will not come.
  static let gatherLimit = 60.0
  // Limit: members speak once a second; one that is silent for fifteen is gone, stopped, or cut off.
  package static let usualLease = 15.0
  /// How long a member may be silent, in seconds.
  let leaseLimit: Double
  // Limit: the largest step, 2²⁰ samples, takes a slow core ten seconds.
  static let stepLimit = 90.0

  /// - Parameters:
  ///   - planBytes: the plan as JSON, for the members
  ///   - position: where a resumed job goes on; `nil` for a new one
  ///   - restores: whether a new one begins from rows that are there
  ///   - lease: how long a member may be silent, in seconds
  package init(
    plan: TrainingPlan, planBytes: [UInt8], size: ProblemSize, job: JobID, dataFingerprint: String,
    resumingAt position: JobPosition?, restores: Bool = false, history: JobHistory,
    lease: Double = usualLease, at time: Double
  ) {
    self.plan = plan
    self.planBytes = planBytes
    self.size = size
    self.job = job
    self.dataFingerprint = dataFingerprint
    beginsFromRows = restores
    leaseLimit = lease
    cluster = plan.cluster
    awaitedBackups = plan.cluster.servers * plan.cluster.backups
    cut = position.map { Cut(position: $0, history: history) }
    self.position = position ?? JobPosition()
    self.history = history
    phaseBegan = time
    cutAt = time
  }

  package var workers: [Member] { (0..<cluster.workers).map { Member(role: .worker, index: $0) } }
  package var servers: [Member] { (0..<cluster.servers).map { Member(role: .server, index: $0) } }
  /// The places of backups, taken or not.
  package var backups: [Member] { cluster.backups > 0 ? servers.map(\.backup) : [] }
  /// Those that follow their servers now.
  var seatedBackups: [Member] { backups.filter { endpoints[$0] != nil } }
  var members: [Member] { servers + seatedBackups + workers }

  /// The servers are given their rows, instead of drawing them.
  package var restores: Bool { beginsFromRows || cut != nil }

  package var goesOnFromCheckpoint: Bool { cut != nil }

  /// Steps of an epoch, in `bsp`.
  package var stepsPerEpoch: Int { plan.stepsPerEpoch(of: size) }

  /// What every member did, for the report.
  package var finalAccounts: [Member: Account] { accounts }

  /// A new membership begins.
  mutating func renewMembership() {
    membership = MembershipEpoch(rawValue: membership.rawValue + 1)
    job = JobID(rawValue: job.rawValue &+ 1)
  }

  mutating func enter(_ phase: Phase, at time: Double) {
    self.phase = phase
    phaseBegan = time
  }

  mutating func fail(_ exitCode: Int32, _ reason: String, directives: inout [CoordinatorDirective]) {
    guard phase != .over else { return }
    leave(.failed(exitCode: exitCode, reason: reason), saying: reason, directives: &directives)
  }

  /// Ends the job at once.
  mutating func leave(_ outcome: JobOutcome, saying reason: String, directives: inout [CoordinatorDirective]) {
    phase = .over
    for member in seated { directives.append(.send(member, .abort(reason: reason))) }
    directives.append(.finish(outcome))
  }
}
