package import Datasets
import Foundation
import Interactions
package import Links
package import Logging
import Plan
import Wire
import WorkerCore
package import ZeroMQ

/// A worker's thread and its sockets. It pulls the rows of a batch, computes, pushes the gradients, and draws the
/// next batch while the servers work; what to do when is the `ShardTrainer`'s decision.
package struct TrainingLoop: ~Copyable {
  let context: Context
  var link: CoordinatorLink
  /// The place that this process would like.
  let place: Int
  var servers: [ServerLink] = []
  /// The memory shared with those that have accepted it.
  var openLanes: [SharedLane] = []
  var poll = PollSet()
  let data: PreparedDataset
  /// What a rating model is measured on; nil where none is trained.
  let rated: (test: RatedInteractions, validation: RatedInteractions)?
  private let watches: Watches
  let logger: Logger

  var trainer: ShardTrainer
  /// What the Core has ordered, and what of it is being carried out.
  var directives: [WorkerDirective] = []
  var underWay: [WorkerDirective] = []
  var evaluationTarget = EvaluationTarget.test
  /// Of links to servers that are lost.
  var oldCounts = LinkCounts()
  var bytesSent: UInt64 = 0
  var bytesReceived: UInt64 = 0
  private var lastReport = 0.0
  var exit: MemberExit?

  // Limit: how long a wait may last before the loop looks at its clocks again.
  private static let tick = Duration.milliseconds(200)
  // Limit: people read progress a few times a second.
  private static let reportPeriod = 0.25

  /// Joins the job and trains until it is over; whenever the coordinator gathers its members anew, it joins again.
  /// - Throws: `LinkError` for a coordinator that does not answer.
  package static func run(
    coordinator: Endpoint, data: PreparedDataset, place: Int, watches: Watches, logger: Logger
  ) throws -> MemberExit {
    while true {
      let exit = try join(coordinator: coordinator, data: data, place: place, watches: watches, logger: logger)
      guard exit == .regrouped else { return exit }
    }
  }

  private static func join(
    coordinator: Endpoint, data: PreparedDataset, place: Int, watches: Watches, logger: Logger
  ) throws -> MemberExit {
    let context = try Context()
    let incarnation = UInt64.random(in: .min ... .max)
    var link = try CoordinatorLink(
      context: context, endpoint: coordinator, identity: .incarnation(incarnation, of: "worker", place))
    let hello = Hello(
      role: .worker, process: .ofThisProcess, place: UInt16(clamping: place), incarnation: incarnation,
      endpoint: "", dataFingerprint: data.fingerprint)
    switch try link.join(hello, watches: watches) {
    case .left(let exit): return exit
    case .welcomed(let welcome):
      var loop = try TrainingLoop(
        context: context, link: link, place: place, welcome: welcome, data: data, watches: watches, logger: logger)
      do {
        return try loop.link.leave(try loop.run())
      } catch {
        try loop.link.sendFailure(error)
        throw error
      }
    }
  }

  private init(
    context: Context, link: consuming CoordinatorLink, place: Int, welcome: Welcome, data: PreparedDataset,
    watches: Watches, logger: Logger
  ) throws {
    let plan = try Self.plan(of: welcome)
    let interactions = data.trainingMatrix(excludingValidation: plan.validation)
    let features = try data.features(for: plan)?.features
    let size = try data.size(for: plan)
    guard welcome.index < welcome.workers, welcome.size == size else {
      throw WireError("welcome", "is of worker \(welcome.index) of \(welcome.workers), with data of another size")
    }
    if plan.objective == .rating {
      guard interactions.hasRatings, let test = data.testRatings, let validation = data.validationRatings else {
        throw WireError("plan", "learns ratings, and this worker's data has none")
      }
      rated = (test, validation)
    } else {
      rated = nil
    }
    trainer = ShardTrainer(
      WorkerConfiguration(
        job: welcome.job, membership: welcome.membership, worker: WorkerID(welcome.index), plan: plan,
        size: welcome.size, placement: Placement(workers: Int(welcome.workers), servers: Int(welcome.servers)),
        shardMap: interactions.shardMap(into: plan.shardCount), interactions: interactions,
        features: features))
    self.context = context
    self.link = link
    self.place = place
    self.data = data
    self.watches = watches
    self.logger = logger
    logger.info("welcomed", metadata: ["worker": "\(welcome.index)", "workers": "\(welcome.workers)"])
  }

  private static func plan(of welcome: Welcome) throws -> TrainingPlan {
    do {
      let plan = try JSONDecoder().decode(TrainingPlan.self, from: Data(welcome.plan))
      try plan.validate()
      return plan
    } catch let error as DecodingError {
      throw WireError("plan", "cannot be read: \(error)")
    }
  }

  private mutating func run() throws -> MemberExit {
    let linkSlot = poll.add(link.socket)
    let watchSlots = watches.add(to: &poll)
    while true {
      let isWorkThere = trainer.canCompute || LaneWait.isFrameThere(in: openLanes)
      _ = try poll.wait(timeout: isWorkThere ? .zero : MonotonicClock.wait(until: deadline, atMost: Self.tick))
      if !isWorkThere { LaneWait.wake(openLanes) }
      if let exit = watches.exit(poll, watchSlots) { return exit }
      if poll.isReadable(linkSlot) {
        while let message = try link.receive() { try obey(message) }
      }
      try receiveRows()
      try trainStep()
      if let exit { return exit }
      try reportProgress()
      let now = MonotonicClock.seconds
      for server in servers where server.link.deadline <= now { try server.link.tend(through: server.socket, at: now) }
    }
  }

  /// When something must be sent again, or acknowledged.
  private var deadline: Double { servers.reduce(link.deadline) { min($0, $1.link.deadline) } }

  /// One batch, if its rows are here.
  private mutating func trainStep() throws {
    guard trainer.canCompute else { return }
    trainer.computeStep(directives: &directives)
    if trainer.hasDiverged { return try giveUp() }
    try carryOut()
    trainer.sampleAhead()
  }

  /// Says that the training has diverged, and pushes nothing of it; the coordinator ends the job.
  private mutating func giveUp() throws {
    let reason = "the training diverged in epoch \(trainer.epoch); a lower --learning-rate may help"
    logger.error("\(reason)")
    directives.removeAll()
    try link.send(.failed(exitCode: Self.badData, reason: reason))
  }

  // The contract's exit code for data that cannot be worked with.
  private static let badData: Int32 = 65

  /// Every frame that the servers have sent.
  private mutating func receiveRows() throws {
    for server in servers {
      try receiveFromLane(of: server)
      guard poll.isReadable(server.slot) else { continue }
      while let message = try server.socket.receive() {
        guard let next = try server.link.take(message, through: server.socket) else { continue }
        // What stands in the memory was sent before it.
        try receiveFromLane(of: server)
        try receive(next, from: server)
        while let held = server.link.nextHeld() { try receive(held, from: server) }
      }
      try carryOut()
    }
  }

  private mutating func receiveFromLane(of server: ServerLink) throws {
    guard let lane = server.openLane, let frame = try lane.takeFrame() else { return }
    bytesReceived += UInt64(frame.byteCount)
    try trainer.receive(frame, from: server.id, directives: &directives)
    try carryOut()
  }

  private mutating func receive(_ message: consuming Message, from server: ServerLink) throws {
    try receive(message.frame, from: server)
  }

  private mutating func receive(_ frame: RawSpan, from server: ServerLink) throws {
    switch try LaneFrame(frame) {
    case nil:
      bytesReceived += UInt64(frame.byteCount)
      try trainer.receive(frame, from: server.id, directives: &directives)
    case .acceptance(let token):
      openLanes.append(try server.laneAccepted(token))
      logger.info("shares memory", metadata: ["server": "\(server.id)"])
    case .offer, .notice: throw WireError("kind", "is not one that a worker is sent")
    }
  }

  private mutating func reportProgress() throws {
    try link.ticked()
    let now = MonotonicClock.seconds
    guard now - lastReport > Self.reportPeriod, trainer.state != .idle, trainer.state != .empty else { return }
    lastReport = now
    try link.sendNews(.progress(trainer.progress))
  }
}
