import CoordinatorCore
import ModelStore
import ParamServerCore
import Plan
import Simulation
import Wire
import WorkerCore

/// What really happened, as far as it can be seen from outside the Cores: who trained what, what was pushed and
/// applied, what was cut. It breaks off the simulation as soon as one of the promises is broken.
final class Ledger {
  /// A push, whichever server it goes to.
  struct Push: Hashable {
    let worker: UInt16
    let epoch: UInt32
    let step: UInt32
    init(_ request: StepRequest) {
      worker = request.worker.rawValue
      epoch = request.epoch.rawValue
      step = request.step.rawValue
    }
    init(_ worker: WorkerID, _ progress: Progress) {
      self.worker = worker.rawValue
      epoch = progress.epoch.rawValue
      step = progress.step.rawValue
    }
  }

  /// What a server did, in order.
  enum Deed {
    case applied(Push)
    /// It was asked to wait for the last push before a cut.
    case awaited([UInt8])
  }

  /// What one server of a membership was seen to do.
  struct ServerRecord {
    let configuration: ServerConfiguration
    var deeds: [Deed] = []
    var applied: Set<Push> = []
    /// Of these, what its workers were told of.
    var answered: Set<Push> = []
  }

  /// A cut that is whole on disk.
  struct Cut {
    let checkpoint: Checkpoint
    let trained: TrainedInteractions
    var position: JobPosition { JobPosition(checkpoint) }
  }

  /// What was seen of a membership.
  struct Membership {
    let base: Cut?
    var trained: TrainedInteractions
    /// The process that trains each shard.
    var holders: [Int: UInt32] = [:]
    var computed: Set<Push> = []
    /// By process, backups among them; and which process serves in each place.
    var records: [UInt32: ServerRecord] = [:]
    var serving: [Int: UInt32] = [:]
    /// The pushes to each place, as their workers sent them.
    var sent: [Int: [Push: [UInt8]]] = [:]
    var servers: [Int: ServerRecord] { serving.compactMapValues { records[$0] } }
    /// The workers' users at their last settling.
    var settled: [Int: [UInt32: [UInt8]]] = [:]
  }

  let job: SimulatedJob
  let reference: Reference?
  private(set) var memberships: [JobID: Membership] = [:]
  /// The newest cut that is whole on disk, and all of them by the epochs that they follow.
  private(set) var newest: Cut?
  private(set) var cutsOfEpochs: [Int: Checkpoint] = [:]
  /// The highest optimizer step that was reached.
  private(set) var optimizerStep: UInt64 = 0
  /// How often a backup took its server's place.
  private(set) var takeovers = 0

  init(job: SimulatedJob, reference: Reference?) {
    self.job = job
    self.reference = reference
  }

  // MARK: what servers do

  func serves(_ configuration: ServerConfiguration, process: UInt32, isBackup: Bool) throws {
    guard configuration.restores == (newest != nil) else {
      throw SimulationFailure(
        newest == nil ? "rows are restored without a checkpoint" : "the job begins anew, and there is a checkpoint")
    }
    let server = Int(configuration.server.rawValue)
    var membership =
      memberships[configuration.job]
      ?? Membership(base: newest, trained: newest?.trained ?? TrainedInteractions(job))
    membership.records[process] = ServerRecord(configuration: configuration)
    if !isBackup {
      guard membership.serving[server] == nil else { throw SimulationFailure("two servers have place \(server)") }
      membership.serving[server] = process
    }
    memberships[configuration.job] = membership
  }

  /// A backup has its server's place, and must know all that the server has told anyone of.
  func tookOver(_ configuration: ServerConfiguration, by process: UInt32) throws {
    let server = Int(configuration.server.rawValue)
    guard let membership = memberships[configuration.job], let lost = membership.servers[server],
      let heir = membership.records[process]
    else { throw SimulationFailure("a backup takes over from nobody") }
    let unknown = lost.answered.subtracting(heir.applied)
    guard unknown.isEmpty else {
      throw SimulationFailure("the backup of server \(server) takes over, and does not know \(unknown)")
    }
    memberships[configuration.job]?.serving[server] = process
    takeovers += 1
  }

  /// The servers were given the rows that the job goes on from.
  func restored(_ coordinator: JobCoordinator) throws {
    guard let newest, coordinator.position == newest.position else {
      throw SimulationFailure("the job goes on from another place than the newest checkpoint's")
    }
  }

  func received(
    _ frame: [UInt8], by configuration: ServerConfiguration, process: UInt32, applied: Int,
    optimizerStep reached: UInt64
  ) throws {
    optimizerStep = max(optimizerStep, reached)
    let server = Int(configuration.server.rawValue)
    if applied > 0 {
      guard let request = try stepRequest(frame), request.pushes, applied == 1 else {
        throw SimulationFailure("server \(server) counts \(applied) updates for one frame")
      }
      let push = Push(request)
      guard memberships[configuration.job]?.sent[server]?[push] != nil else {
        throw SimulationFailure("server \(server) applied an update that nobody sent it: \(push)")
      }
      guard memberships[configuration.job]?.records[process]?.applied.insert(push).inserted == true else {
        throw SimulationFailure("server \(server) applied an update twice: \(push)")
      }
      memberships[configuration.job]?.records[process]?.deeds.append(.applied(push))
    } else if try awaitsStep(frame) {
      memberships[configuration.job]?.records[process]?.deeds.append(.awaited(frame))
    }
  }

  /// A worker gets rows: nobody may be further behind than `ssp` allows.
  func replied(
    to worker: WorkerID, _ frame: [UInt8], by configuration: ServerConfiguration, process: UInt32
  ) throws {
    if job.plan.cluster.backups > 0, let record = memberships[configuration.job]?.records[process] {
      let told = record.applied.filter { $0.worker == worker.rawValue }
      memberships[configuration.job]?.records[process]?.answered.formUnion(told)
    }
    // Safety: bytes have no padding.
    var reader = unsafe FrameReader(frame.span.bytes)
    _ = try FrameMark.read(&reader)
    let reply = try StepReply(from: &reader, rowLimit: .max, denseLimit: .max)
    guard case .ssp(let bound) = job.plan.consistency, reply.dense > 0 else { return }
    guard let membership = memberships[configuration.job],
      let server = membership.servers[Int(configuration.server.rawValue)]
    else { return }
    for other in 0..<configuration.placement.workers where other != Int(worker.rawValue) {
      let shards = configuration.placement.shards(of: job.shardMap.count, for: WorkerID(other))
      let pushed = membership.computed.filter { $0.worker == other && $0.epoch == reply.epoch.rawValue }
      let applied = pushed.count { server.applied.contains($0) }
      if applied == pushed.count, membership.trained.isWhole(shards, in: Int(reply.epoch.rawValue)) { continue }
      guard Int(reply.step.rawValue) <= applied + bound else {
        throw SimulationFailure(
          "worker \(worker) is given the rows of step \(reply.step), and worker \(other) has pushed \(applied)")
      }
    }
  }

  // MARK: what workers do

  /// A worker has computed a step.
  func computed(
    _ interactions: [(shard: ShardID, range: Range<Int>)], at progress: Progress, of configuration: WorkerConfiguration,
    by process: UInt32
  ) throws {
    guard var membership = memberships[configuration.job] else {
      throw SimulationFailure("worker \(configuration.worker) trains in a membership without servers")
    }
    membership.computed.insert(Push(configuration.worker, progress))
    for (shard, range) in interactions {
      let holder = membership.holders[Int(shard.rawValue), default: process]
      guard holder == process else {
        throw SimulationFailure("shard \(shard) is trained by the processes \(holder) and \(process)")
      }
      membership.holders[Int(shard.rawValue)] = process
      try membership.trained.add(range, of: Int(shard.rawValue), in: Int(progress.epoch.rawValue))
    }
    memberships[configuration.job] = membership
  }

  /// A worker sends a server its request.
  func requested(_ frame: [UInt8], of server: Int) throws {
    guard let request = try stepRequest(frame), request.pushes else { return }
    memberships[request.job]?.sent[server, default: [:]][Push(request)] = frame
  }

  func settled(_ rows: [UInt32: [UInt8]], by configuration: WorkerConfiguration) {
    memberships[configuration.job]?.settled[Int(configuration.worker.rawValue)] = rows
  }

  // MARK: what the coordinator does

  /// A checkpoint is whole on disk.
  func wrote(_ checkpoint: Checkpoint, of coordinator: JobCoordinator) throws {
    guard var membership = memberships[coordinator.job] else {
      throw SimulationFailure("a checkpoint of a membership without servers")
    }
    let inspection = CutInspection(checkpoint, of: membership, in: job)
    try inspection.everyUpdateIsApplied()
    try inspection.everyUserIsWrittenBack()
    try inspection.everyPositiveIsTrainedOnce()
    if job.plan.consistency == .bsp {
      try inspection.bitsAreThose(of: reference)
    } else {
      try inspection.rowsAreThoseOfAReplay()
    }
    let cut = Cut(checkpoint: checkpoint, trained: membership.trained)
    newest = cut
    if cut.position.step == 0 { cutsOfEpochs[cut.position.completedEpochs] = checkpoint }
    membership.settled = [:]
    memberships[coordinator.job] = membership
  }

  /// The job is done.
  func finished(_ coordinator: JobCoordinator, _ checkpoint: Checkpoint?) throws {
    guard let checkpoint, let newest, JobPosition(checkpoint) == newest.position,
      checkpoint.header.completedEpochs == job.plan.epochs
    else { throw SimulationFailure("the job is done, and the last epoch's checkpoint cannot be read") }
    let samples = UInt64(job.size.trainingInteractions * (1 + job.plan.negatives))
    let epochs = coordinator.history.epochs
    guard epochs.map(\.samples) == Array(repeating: samples, count: job.plan.epochs) else {
      throw SimulationFailure("\(epochs.map(\.samples)) samples in the epochs, not \(samples) in each")
    }
    if job.plan.consistency == .bsp, let reference {
      let expected = reference.history.epochs
      guard epochs.map(\.loss) == expected.map(\.loss), epochs.map(\.test) == expected.map(\.test) else {
        throw SimulationFailure("losses or ranks are not those of the undisturbed training")
      }
    }
    let accounts = coordinator.finalAccounts.filter { $0.key.role != .backup }
    guard accounts.count == coordinator.workers.count + coordinator.servers.count else { return }
    let pushed = accounts.filter { $0.key.role == .worker }.values.reduce(0) { $0 + $1.updates }
    let applied = accounts.filter { $0.key.role == .server }.values.reduce(0) { $0 + $1.updates }
    guard pushed == applied else { throw SimulationFailure("\(pushed) updates pushed, and \(applied) applied") }
  }

  // MARK: frames

  private func stepRequest(_ frame: [UInt8]) throws -> StepRequest? {
    // Safety: bytes have no padding.
    var reader = unsafe FrameReader(frame.span.bytes)
    guard try FrameMark.read(&reader) == .stepRequest else { return nil }
    return try StepRequest(from: &reader, rowLimit: .max)
  }

  private func awaitsStep(_ frame: [UInt8]) throws -> Bool {
    // Safety: bytes have no padding.
    var reader = unsafe FrameReader(frame.span.bytes)
    guard try FrameMark.read(&reader) == .bulkRequest else { return false }
    return try BulkRequest(from: &reader).action == .awaitStep
  }
}
