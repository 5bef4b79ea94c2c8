package import CoordinatorCore
import Foundation
import Glibc
package import Links
package import Logging
package import Plan
import Wire
package import ZeroMQ

/// The coordinator's thread and its sockets: it hands what happens to the `JobCoordinator` and carries out what that
/// orders.
package struct CoordinationLoop: ~Copyable {
  private let context: Context
  private let socket: Socket
  private let watches: Watches
  private let logger: Logger
  private var coordinator: JobCoordinator
  private var members: [PeerIdentity: Member] = [:]
  private var addresses: [Member: PeerIdentity] = [:]
  private var directives: [CoordinatorDirective] = []
  private var servers: ServerAccess?
  private var recorder: RunRecorder
  private var hasBegun: Bool
  private var outcome: JobOutcome?

  // Limit: how long a wait may last before the loop looks at its clocks again, and how often members hear of it.
  private static let tick = Duration.milliseconds(200)
  private static let alivePeriod = 0.5
  // Limit: a thousand workers and servers that all speak at once.
  private static let highWater = 4096

  /// Binds the control endpoint.
  /// - Parameter lostAt: when the coordinator was lost whose place this one takes, by the clock of this machine
  /// - Throws: `ZeroMQError` for a taken port or a bad endpoint.
  package init(
    listen: Endpoint, plan: TrainingPlan, recorder: RunRecorder, succeedingOneLostAt lostAt: Double? = nil,
    watches: Watches, logger: Logger
  ) throws {
    let context = try Context()
    var options = SocketOptions()
    options.sendHighWater = Self.highWater
    options.receiveHighWater = Self.highWater
    let socket = try Socket(context: context, kind: .router, options: options)
    let endpoint = try socket.bind(listen)
    logger.info("listening", metadata: ["endpoint": "\(endpoint)"])
    try recorder.listens(at: "\(endpoint)")
    coordinator = JobCoordinator(
      plan: plan, planBytes: Array(try JSONEncoder().encode(plan)), size: recorder.size,
      job: JobID(rawValue: UInt64.random(in: 1 ... .max)), dataFingerprint: recorder.dataFingerprint,
      resumingAt: recorder.resumedPosition, restores: recorder.source != nil, history: recorder.resumedHistory,
      at: MonotonicClock.seconds)
    if let lostAt { coordinator.succeeds(coordinatorLostAt: lostAt) }
    hasBegun = lostAt != nil
    self.context = context
    self.socket = socket
    self.recorder = recorder
    self.watches = watches
    self.logger = logger
  }

  /// Leads the job to its end. Whatever stops this loop, the members hear of it.
  package mutating func run() throws -> JobOutcome {
    do {
      return try lead()
    } catch {
      for identity in members.keys { send(.abort(reason: "\(error)"), to: identity) }
      throw error
    }
  }

  private mutating func lead() throws -> JobOutcome {
    var poll = PollSet()
    let socketSlot = poll.add(socket)
    let watchSlots = watches.add(to: &poll)
    var lastTick = 0.0
    while true {
      _ = try poll.wait(timeout: Self.tick)
      let now = MonotonicClock.seconds
      if let signal = watches.signal(poll, watchSlots) {
        signalled(signal, at: now)
      } else if watches.isParentGone(poll, watchSlots) {
        // The members see it too and leave, so no consistent cut is to be had.
        coordinator.abandoned(directives: &directives)
      }
      if poll.isReadable(socketSlot) { try listen() }
      if now - lastTick > Self.alivePeriod {
        lastTick = now
        coordinator.ticked(at: now, directives: &directives)
        try recorder.showProgress(of: coordinator)
      }
      try carryOut()
      if let outcome { return outcome }
    }
  }

  private mutating func signalled(_ signal: Int32, at time: Double) {
    if signal == SIGUSR1 {
      findTheLost(at: time)
    } else {
      coordinator.interrupted(at: time, directives: &directives)
    }
  }

  /// Whoever started the processes of this job saw one of them end too soon.
  private mutating func findTheLost(at time: Double) {
    for (member, process) in coordinator.processes.sorted(by: { $0.key.description < $1.key.description })
    where kill(pid_t(bitPattern: process), 0) != 0 && errno == ESRCH {
      coordinator.memberLost(
        member, reason: "its process \(process) ended", at: time, directives: &directives)
    }
  }

  private mutating func listen() throws {
    while let delivery = try socket.receiveFromPeer() {
      let identity = delivery.peer
      let message = delivery.takeMessage()
      recorder.count(received: message.byteCount)
      do throws(WireError) {
        try heard(ControlMessage(frame: message.bytes), from: identity)
      } catch {
        logger.warning("passed over a frame", metadata: ["peer": "\(identity)", "reason": "\(error)"])
      }
      try carryOut()
    }
  }

  private mutating func heard(_ message: ControlMessage, from identity: PeerIdentity) {
    let now = MonotonicClock.seconds
    if message == .askStatus { return tellStatus(identity, at: now) }
    if let member = members[identity] {
      coordinator.received(message, from: member, at: now, directives: &directives)
      return
    }
    guard case .hello(let hello) = message else {
      // It belongs to a coordinator that was here before this one, or to an earlier membership.
      logger.info("sent a stranger back to the door", metadata: ["peer": "\(identity)"])
      send(.regroup(reason: "the coordinator does not know you"), to: identity)
      return
    }
    switch coordinator.memberArrived(hello, at: now, directives: &directives) {
    case .seated(let member):
      members[identity] = member
      addresses[member] = identity
      logger.info(
        "\(member) arrived", metadata: ["endpoint": "\(hello.endpoint)", "process": "\(hello.process)"])
    case .waits(let reason):
      logger.info("lets a \(hello.role) wait", metadata: ["reason": "\(reason)"])
      send(.regroup(reason: reason), to: identity)
    case .refused(let reason):
      logger.warning("sent a \(hello.role) away", metadata: ["reason": "\(reason)"])
      send(.abort(reason: reason), to: identity)
    }
  }

  /// Someone who looks on gets an answer, and no place.
  private func tellStatus(_ identity: PeerIdentity, at time: Double) {
    do {
      send(.status(Array(try JSONEncoder().encode(coordinator.status(at: time)))), to: identity)
    } catch {
      logger.warning("could not tell what the job does", metadata: ["reason": "\(error)"])
    }
  }

  // MARK: what the Core orders

  private mutating func carryOut() throws {
    while !directives.isEmpty {
      let now = directives
      directives.removeAll(keepingCapacity: true)
      for directive in now { try carryOut(directive) }
    }
  }

  private mutating func carryOut(_ directive: CoordinatorDirective) throws {
    switch directive {
    case .send(let member, let message):
      if let identity = addresses[member] { send(message, to: identity) }
    case .goBack(let reason):
      logger.warning("gathers everyone anew", metadata: ["reason": "\(reason)"])
      members = [:]
      addresses = [:]
      servers = nil
      try recorder.goBack(to: coordinator, reason: reason)
    case .reportRecovery(let record):
      logger.notice(
        "the training goes on",
        metadata: [
          "lost": "\(record.role) \(record.index)", "optimizerStep": "\(record.atStep)", "seconds": "\(record.seconds)",
        ])
      try recorder.recovered(record, of: coordinator.history.recoveries)
    case .endProcess(let process):
      // Only a process that this job's supervisor started is this job's to end.
      if watches.hasParent { kill(pid_t(bitPattern: process), SIGKILL) }
    case .restoreServers:
      guard try withServers({ servers, recorder, _ in try recorder.restore(into: servers) }) else { return }
      coordinator.serversRestored(at: MonotonicClock.seconds, directives: &directives)
    case .settleServers(let optimizerStep, let endedEpoch):
      guard
        try withServers({ servers, _, _ in
          try servers.settle(optimizerStep: optimizerStep, endedEpoch: endedEpoch)
        })
      else { return }
      coordinator.serversSettled(at: MonotonicClock.seconds, directives: &directives)
    case .writeCheckpoint(let position):
      guard
        try withServers({ servers, recorder, coordinator in
          try recorder.writeCheckpoint(at: position, from: servers, of: coordinator)
        })
      else { return }
      coordinator.checkpointWritten(at: MonotonicClock.seconds, directives: &directives)
    case .reportStart:
      if !hasBegun { recorder.jobBegan() }
      hasBegun = true
      recorder.epochStarted()
    case .reportEpoch(let record): try recorder.epochFinished(record, of: coordinator)
    case .finish(let outcome):
      try recorder.finish(outcome, of: coordinator)
      self.outcome = outcome
    }
  }

  /// Works with the servers, and waits for them.
  /// - Returns: whether it is done; false if someone was lost meanwhile.
  private mutating func withServers(
    _ body: (ServerAccess, RunRecorder, JobCoordinator) throws -> Void
  ) throws -> Bool {
    let access =
      try servers
      ?? ServerAccess(
        context: context, job: coordinator.job,
        placement: Placement(workers: coordinator.cluster.workers, servers: coordinator.cluster.servers),
        endpoints: coordinator.servers.map { coordinator.endpoints[$0] ?? "" }, watches: watches)
    servers = access
    let (sent, received) = (access.bytesSent, access.bytesReceived)
    var problem: LinkError?
    do {
      try body(access, recorder, coordinator)
    } catch let error as LinkError {
      problem = error
    }
    recorder.count(sent: access.bytesSent - sent)
    recorder.count(received: access.bytesReceived - received)
    let now = MonotonicClock.seconds
    for signal in access.takeSignals() { signalled(signal, at: now) }
    guard let problem else { return true }
    coordinator.serversSilent(reason: "\(problem)", at: now, directives: &directives)
    return false
  }

  private func send(_ message: ControlMessage, to identity: PeerIdentity) {
    do throws(ZeroMQError) {
      let frame = try Message.control(message)
      recorder.count(sent: frame.byteCount)
      let outcome = try socket.send(to: identity, frame)
      if !outcome.isSent() { logger.warning("could not reach a member", metadata: ["peer": "\(identity)"]) }
    } catch {
      logger.warning("could not send", metadata: ["peer": "\(identity)", "reason": "\(error)"])
    }
  }
}
