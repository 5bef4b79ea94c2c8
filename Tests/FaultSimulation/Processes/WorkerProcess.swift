import Faults
import Interactions
import Plan
import Simulation
import Wire
import WorkerCore

/// A worker's process (`TrainingLoop`).
final class WorkerProcess: MemberProcess {
  /// What it has from one greeting to the next.
  final class Training {
    var trainer: ShardTrainer
    var servers: [Line] = []
    /// What each server was asked last, until the next time.
    var lastRequests: [[UInt8]] = []
    var isComputing = false
    init(_ configuration: WorkerConfiguration) { trainer = ShardTrainer(configuration) }
  }
  private(set) var training: Training?

  override var whereabouts: String {
    guard let training else { return "is joining" }
    return "is \(training.trainer.state)\(training.trainer.isPaused ? ", paused" : "") at \(training.trainer.progress)"
  }

  override func openEndpoint() -> String {
    training = nil
    return ""
  }

  override func released() {
    super.released()
    training = nil
  }

  override func welcomed(_ welcome: Welcome) throws {
    let job = cluster.job
    training = Training(
      WorkerConfiguration(
        job: welcome.job, membership: welcome.membership, worker: WorkerID(welcome.index), plan: job.plan,
        size: job.size, placement: Placement(workers: Int(welcome.workers), servers: Int(welcome.servers)),
        shardMap: job.interactions.shardMap(into: job.plan.shardCount), interactions: job.interactions))
  }

  override func obey(_ message: ControlMessage) throws {
    guard let training else { preconditionFailure("\(node) obeys \(message) unwelcomed") }
    var directives: [WorkerDirective] = []
    switch message {
    case .connect(let endpoints):
      guard training.servers.isEmpty, endpoints.count == training.trainer.configuration.placement.servers else {
        throw WireError("servers", "are \(endpoints.count), or told of a second time")
      }
      training.servers = endpoints.map { open($0) }
      training.lastRequests = endpoints.map { _ in [] }
      try training.trainer.connected(directives: &directives)
    case .replaceServer(let id, let endpoint):
      let server = Int(id.rawValue)
      guard training.servers.indices.contains(server) else { throw WireError("server", "is \(id)") }
      training.servers[server].close()
      training.servers[server] = open(endpoint)
      if try training.trainer.serverReplaced(id) {
        try say(training.lastRequests[server], on: training.servers[server])
      }
    case .train(let epoch, let step, let until, let positions):
      try training.trainer.trainingOrdered(
        epoch: epoch, step: step, until: until, positions: positions, directives: &directives)
    case .pause: training.trainer.pauseOrdered(directives: &directives)
    case .settle(let endedEpoch): training.trainer.settleOrdered(endedEpoch: endedEpoch, directives: &directives)
    case .evaluate: try training.trainer.evaluationOrdered(directives: &directives)
    case .finish:
      let account = Account(updates: training.trainer.pushes, staleness: training.trainer.staleness)
      return try leave(.farewell(account), 0)
    default: throw WireError("message", "is not one that a worker is sent")
    }
    try carryOut(directives, training)
    training.trainer.sampleAhead()
    compute(training)
  }

  override func receivedData(_ frame: [UInt8], on line: Line) throws {
    guard let training, let server = training.servers.firstIndex(where: { $0 === line }) else { return }
    var directives: [WorkerDirective] = []
    // Safety: bytes have no padding.
    try training.trainer.receive(unsafe frame.span.bytes, from: ServerID(server), directives: &directives)
    try carryOut(directives, training)
    compute(training)
  }

  // MARK: steps

  /// Begins a step, if its rows are here; it takes its time.
  private func compute(_ training: Training) {
    guard training.trainer.canCompute, !training.isComputing else { return }
    training.isComputing = true
    cluster.add(.alarm(self, .computed(life: life)), in: cluster.dice.number(in: cluster.job.computing))
  }

  override func woke(_ alarm: Alarm) throws {
    guard case .computed(life) = alarm else {
      if case .computed = alarm { return }
      return try super.woke(alarm)
    }
    guard let training else { preconditionFailure("\(node) computed without a trainer") }
    training.isComputing = false
    guard training.trainer.canCompute else { return }
    var directives: [WorkerDirective] = []
    let interactions = training.trainer.interactionsOfStep
    let progress = training.trainer.progress
    training.trainer.computeStep(directives: &directives)
    guard !training.trainer.hasDiverged else { throw SimulationFailure("\(node) has diverged") }
    try cluster.ledger.computed(interactions, at: progress, of: training.trainer.configuration, by: number)
    try carryOut(directives, training)
    training.trainer.sampleAhead()
    compute(training)
  }

  private func carryOut(_ directives: [WorkerDirective], _ training: Training) throws {
    for directive in directives { try carryOut(directive, training) }
  }

  private func carryOut(_ directive: WorkerDirective, _ training: Training) throws {
    switch directive {
    case .sendRequests:
      for (server, line) in training.servers.enumerated() {
        let frame = framed(training.trainer.requestByteCount(for: ServerID(server))) { writer in
          training.trainer.writeRequest(for: ServerID(server), into: &writer)
        }
        try cluster.ledger.requested(frame, of: server)
        training.lastRequests[server] = frame
        try say(frame, on: line)
      }
      training.trainer.requestsSent()
    case .sendBulk(let server, let request):
      let frame = framed(training.trainer.byteCount(of: request)) { writer in
        training.trainer.writeBulk(request, for: server, into: &writer)
      }
      try say(frame, on: training.servers[Int(server.rawValue)])
    case .loaded: try say(.ready)
    case .paused: try say(.paused(training.trainer.progress, positions: training.trainer.positions))
    case .orderDone:
      try say(
        training.trainer.endsEpoch
          ? .epochFinished(training.trainer.progress, positions: training.trainer.positions)
          : .paused(training.trainer.progress, positions: training.trainer.positions))
    case .settled:
      cluster.ledger.settled(userRows(of: training), by: training.trainer.configuration)
      try say(.settled)
    case .canRank: try say(.evaluated(training.trainer.rank(cluster.job.cases)))
    }
  }

  override func report() throws {
    guard let training, training.trainer.state != .idle, training.trainer.state != .empty else { return }
    try sayNews(.progress(training.trainer.progress))
  }

  /// The records of its users, as it would write them back.
  private func userRows(of training: Training) -> [UInt32: [UInt8]] {
    let placement = training.trainer.configuration.placement
    var rows: [UInt32: [UInt8]] = [:]
    for row in training.trainer.configuration.users.map(UInt32.init) {
      let request = BulkRequest(
        job: JobID(0), token: 0, action: .writeRecords, table: .user, first: placement.localIndex(of: row), count: 1)
      let frame = framed(training.trainer.byteCount(of: request)) { writer in
        training.trainer.writeBulk(request, for: ServerID(placement.server(of: row)), into: &writer)
      }
      rows[row] = Array(frame.dropFirst(BulkRequest.headerByteCount))
    }
    return rows
  }
}
