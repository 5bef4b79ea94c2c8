package import CoordinatorCore
import Foundation
import Glibc
package import Links
package import Logging
import ModelStore
package import Plan
import Telemetry
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
  private var links = LinkTable()
  /// Those of earlier memberships, and of connections to servers that are closed.
  private var oldCounts = LinkCounts()
  private var members: [PeerIdentity: Member] = [:]
  private var addresses: [Member: PeerIdentity] = [:]
  private var directives: [CoordinatorDirective] = []
  private var servers: ServerAccess?
  private var recorder: RunRecorder
  private var hasBegun: Bool
  private var outcome: JobOutcome?
  /// The last that was to be told could not be written.
  private var isUnheard = false

  // Limit: how long a wait may last before the loop looks at its clocks again, and how often members hear of it.
  private static let tick = Duration.milliseconds(200)
  private static let alivePeriod = 0.5
  // Limit: a turn of the loop takes milliseconds, the work with the servers aside; one of a second means that this
  // process was stopped, or its machine was asleep.
  private static let awayLimit = 1.0
  // Limit: what is said over and over waits while so many frames are on their way to a member.
  private static let backlogLimit = 4
  // Limit: who has no place says something every second; a last word has as long to arrive.
  private static let strangerLimit = 10.0
  private static let farewellLimit = 1.0
  // Limit: a thousand workers and servers that all speak at once.
  private static let highWater = 4096

  /// Binds the control endpoint.
  /// - Parameters:
  ///   - lostAt: when the coordinator was lost whose place this one takes, by the clock of this machine
  ///   - lease: how long a member may be silent, in seconds
  /// - Throws: `ZeroMQError` for a taken port or a bad endpoint.
  package init(
    listen: Endpoint, plan: TrainingPlan, recorder: RunRecorder, succeedingOneLostAt lostAt: Double? = nil,
    lease: Double = JobCoordinator.usualLease, watches: Watches, logger: Logger
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
      lease: lease, at: MonotonicClock.seconds)
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
      let outcome = try lead()
      // Those of a job that was done have had their last word.
      if case .failed = outcome { try takeLeave() }
      return outcome
    } catch {
      for identity in members.keys { send(.abort(reason: "\(error)"), to: identity) }
      try takeLeave()
      throw error
    }
  }

  /// Waits a moment until the members have heard the last word.
  private mutating func takeLeave() throws {
    try links.acknowledgeAll(through: socket)
    let end = MonotonicClock.seconds + Self.farewellLimit
    var poll = PollSet()
    _ = poll.add(socket)
    while links.links.contains(where: { $0.openCount > 0 && !$0.isPeerGone }), MonotonicClock.seconds < end {
      _ = try poll.wait(timeout: MonotonicClock.wait(until: min(end, links.deadline), atMost: Self.tick))
      while let delivery = try socket.receiveFromPeer() {
        guard let link = links[delivery.peer] else { continue }
        do {
          _ = try link.take(delivery.takeMessage(), through: socket)
        } catch let error as WireError {
          logger.warning("passed over a message", metadata: ["reason": "\(error)"])
        }
      }
      try links.tend(through: socket, at: MonotonicClock.seconds)
    }
  }

  private mutating func lead() throws -> JobOutcome {
    var poll = PollSet()
    let socketSlot = poll.add(socket)
    let watchSlots = watches.add(to: &poll)
    var lastTick = 0.0
    var lastTurn = MonotonicClock.seconds
    while true {
      _ = try poll.wait(timeout: MonotonicClock.wait(until: links.deadline, atMost: Self.tick))
      let now = MonotonicClock.seconds
      if now - lastTurn > Self.awayLimit { coordinator.wasAway(at: now) }
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
        forgetStrangers(at: now)
        try tell { recorder, coordinator in try recorder.showProgress(of: coordinator) }
      }
      try carryOut()
      if let outcome { return outcome }
      lastTurn = MonotonicClock.seconds
      try links.tend(through: socket, at: lastTurn)
      try servers?.tend(at: lastTurn)
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
      do {
        guard let place = try links.place(of: identity, message, through: socket) else { continue }
        let link = links[place]
        guard let next = try link.take(message, through: socket) else { continue }
        try hear(next, from: identity)
        while let held = link.nextHeld() { try hear(held, from: identity) }
      } catch let error as WireError {
        logger.warning("passed over a message", metadata: ["peer": "\(identity)", "reason": "\(error)"])
      }
    }
  }

  private mutating func hear(_ message: consuming Message, from identity: PeerIdentity) throws {
    let word: ControlMessage
    do throws(WireError) { word = try ControlMessage(frame: message.frame) } catch {
      return logger.warning("passed over a frame", metadata: ["peer": "\(identity)", "reason": "\(error)"])
    }
    try heard(word, from: identity)
    try carryOut()
  }

  /// Gives up the conversations with those who have no place and say nothing any more.
  private mutating func forgetStrangers(at time: Double) {
    let counts = links.counts
    links.remove { link in
      link.peer.map { members[$0] == nil } ?? true && time - link.lastHeard > Self.strangerLimit
    }
    oldCounts.resent += counts.resent - links.counts.resent
    oldCounts.duplicates += counts.duplicates - links.counts.duplicates
  }

  private mutating func heard(_ message: ControlMessage, from identity: PeerIdentity) throws {
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
    // A process whose word came after its end has no place to keep; who is sent away must be so before another has it.
    if watches.hasParent {
      findTheLost(at: now)
      try carryOut()
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
      if let servers { oldCounts += servers.counts }
      servers = nil
      try recorder.goBack(to: coordinator, reason: reason)
    case .promote(let backup, let server, let reason):
      logger.warning("\(backup) takes over", metadata: ["reason": "\(reason)"])
      if let lost = addresses[server] { members[lost] = nil }
      addresses[server] = addresses.removeValue(forKey: backup)
      if let identity = addresses[server] { members[identity] = server }
      // It leads to where the lost one was.
      if let servers { oldCounts += servers.counts }
      servers = nil
      recorder.say("\(reason); its backup takes over")
    case .reportBackupLost(let backup, let reason):
      logger.warning(
        "server \(backup.index) goes on without a backup until the next checkpoint", metadata: ["reason": "\(reason)"])
      if let lost = addresses.removeValue(forKey: backup) { members[lost] = nil }
      recorder.say("\(reason); server \(backup.index) goes on without")
    case .reportRecovery(let record):
      logger.notice(
        "the training goes on",
        metadata: [
          "lost": "\(record.role) \(record.index)", "optimizerStep": "\(record.atStep)", "seconds": "\(record.seconds)",
        ])
      try tell { recorder, coordinator in try recorder.recovered(record, of: coordinator.history.recoveries) }
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
    case .writeCheckpoint(let position): try writeCheckpoint(position)
    case .reportStart:
      if !hasBegun { recorder.jobBegan() }
      hasBegun = true
      recorder.epochStarted()
    case .reportEpoch(let record):
      try tell { recorder, coordinator in try recorder.epochFinished(record, of: coordinator) }
    case .finish(let outcome):
      try links.acknowledgeAll(through: socket)
      var counts = oldCounts
      counts += links.counts
      if let servers { counts += servers.counts }
      recorder.count(links: counts)
      try recorder.finish(outcome, of: coordinator)
      self.outcome = outcome
    }
  }

  private mutating func writeCheckpoint(_ position: JobPosition) throws {
    let began = MonotonicClock.seconds
    var problem: ModelStoreError?
    let isThrough = try withServers { servers, recorder, coordinator in
      do {
        try recorder.writeCheckpoint(at: position, from: servers, of: coordinator)
      } catch let error as ModelStoreError where error.kind == .unwritable {
        problem = error
      }
    }
    guard isThrough else { return }
    let now = MonotonicClock.seconds
    guard let problem else {
      logger.info(
        "wrote a checkpoint",
        metadata: ["optimizerStep": "\(position.optimizerStep)", "seconds": "\(now - began)"])
      return coordinator.checkpointWritten(at: now, directives: &directives)
    }
    let isRetried = coordinator.checkpointFailed("\(problem)", at: now, directives: &directives)
    logger.error("could not write a checkpoint", metadata: ["reason": "\(problem)", "triesAgain": "\(isRetried)"])
    recorder.checkpointFailed(problem, isRetried: isRetried)
  }

  /// Writes what is no part of the training; that a disk has no room for it is no reason to end the job.
  private mutating func tell(_ body: (RunRecorder, JobCoordinator) throws -> Void) throws {
    do {
      try body(recorder, coordinator)
      isUnheard = false
    } catch let error as TelemetryError {
      // What comes after it fails, too, and is not worth a line each.
      if !isUnheard { logger.error("could not write", metadata: ["reason": "\(error)"]) }
      isUnheard = true
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
    guard let link = links[identity] else { return }
    if message == .alive, link.openCount >= Self.backlogLimit { return }
    do {
      let bytes = message.encoded()
      recorder.count(sent: bytes.count)
      // Safety: copied before the array goes.
      let isSent = try link.send(byteCount: bytes.count, through: socket) { writer in
        unsafe writer.bytes(bytes.span.bytes)
      }
      if !isSent { logger.warning("could not reach a member", metadata: ["peer": "\(identity)"]) }
    } catch {
      logger.warning("could not send", metadata: ["peer": "\(identity)", "reason": "\(error)"])
    }
  }
}
