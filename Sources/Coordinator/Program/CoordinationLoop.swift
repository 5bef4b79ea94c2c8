package import CoordinatorCore
import Foundation
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
  private var hasBegun = false
  private var outcome: JobOutcome?

  // Limit: how long a wait may last before the loop looks at its clocks again, and how often members hear of it.
  private static let tick = Duration.milliseconds(200)
  private static let alivePeriod = 0.5
  // Limit: a thousand workers and servers that all speak at once.
  private static let highWater = 4096

  /// Binds the control endpoint.
  /// - Throws: `ZeroMQError` for a taken port or a bad endpoint.
  package init(
    listen: Endpoint, plan: TrainingPlan, recorder: RunRecorder,
    watches: Watches, logger: Logger
  ) throws {
    let context = try Context()
    var options = SocketOptions()
    options.sendHighWater = Self.highWater
    options.receiveHighWater = Self.highWater
    let socket = try Socket(context: context, kind: .router, options: options)
    let endpoint = try socket.bind(listen)
    logger.info("listening", metadata: ["endpoint": "\(endpoint)"])
    coordinator = JobCoordinator(
      plan: plan, planBytes: Array(try JSONEncoder().encode(plan)), size: recorder.size,
      job: JobID(rawValue: UInt64.random(in: 1 ... .max)), dataFingerprint: recorder.dataFingerprint,
      resumingAt: recorder.resumedPosition, restores: recorder.source != nil, history: recorder.resumedHistory,
      at: MonotonicClock.seconds)
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
        coordinator.processLost(directives: &directives)
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
      coordinator.processLost(directives: &directives)
    } else {
      coordinator.interrupted(at: time, directives: &directives)
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
    if let member = members[identity] {
      coordinator.received(message, from: member, at: now, directives: &directives)
      return
    }
    guard case .hello(let hello) = message else {
      logger.warning("passed over a stranger", metadata: ["peer": "\(identity)"])
      return
    }
    switch coordinator.memberArrived(hello, at: now, directives: &directives) {
    case .success(let member):
      members[identity] = member
      addresses[member] = identity
      logger.info("\(member) arrived", metadata: ["endpoint": "\(hello.endpoint)"])
    case .failure(let refusal):
      logger.warning("sent a \(hello.role) away", metadata: ["reason": "\(refusal.reason)"])
      send(.abort(reason: refusal.reason), to: identity)
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
    case .restoreServers:
      try withServers { servers, recorder, _ in try recorder.restore(into: servers) }
      coordinator.serversRestored(at: MonotonicClock.seconds, directives: &directives)
    case .settleServers(let optimizerStep, let endedEpoch):
      try withServers { servers, _, _ in try servers.settle(optimizerStep: optimizerStep, endedEpoch: endedEpoch) }
      coordinator.serversSettled(at: MonotonicClock.seconds, directives: &directives)
    case .writeCheckpoint(let position):
      try withServers { servers, recorder, coordinator in
        try recorder.writeCheckpoint(at: position, from: servers, of: coordinator)
      }
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

  private mutating func withServers(
    _ body: (ServerAccess, RunRecorder, JobCoordinator) throws -> Void
  ) throws {
    let access =
      try servers
      ?? ServerAccess(
        context: context, job: coordinator.job,
        placement: Placement(workers: coordinator.plan.cluster.workers, servers: coordinator.plan.cluster.servers),
        endpoints: coordinator.servers.map { coordinator.endpoints[$0] ?? "" })
    servers = access
    let (sent, received) = (access.bytesSent, access.bytesReceived)
    try body(access, recorder, coordinator)
    recorder.count(sent: access.bytesSent - sent)
    recorder.count(received: access.bytesReceived - received)
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
