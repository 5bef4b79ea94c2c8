import CoordinatorCore
import Faults
import Foundation
import ModelStore
import Plan
import Simulation
import Wire

/// The coordinator's process (`CoordinationLoop`).
final class CoordinatorProcess: SimulatedProcess {
  static let endpoint = "coordinator"
  static let fingerprint = "simulated"

  private(set) var coordinator: JobCoordinator
  /// What the servers are given their rows from.
  private(set) var source: Checkpoint?
  private var members: [Int: Member] = [:]
  private var addresses: [Member: Line] = [:]
  private var directives: [CoordinatorDirective] = []
  /// What came while it was busy with the servers.
  private var inbox: [(message: [UInt8], line: Line)] = []
  private var links: LinkEnds
  /// When it was last through with something; it has stood still if that is long ago.
  private var lastTurn: Double
  private var leaving: Int32?
  private var signals: [Signal] = []
  var errand: Errand?
  /// Its own connections to the servers, for this membership.
  private var access: [Line] = []
  private(set) var lastWords = ""
  private(set) var mayBeResumed = false

  // As `CoordinationLoop` has them.
  private static let tick = 0.5
  private static let awayLimit = 1.0
  private static let backlogLimit = 4
  private static let strangerLimit = 10.0
  private static let farewellLimit = 1.0
  private static let cannotWrite: Int32 = 73

  init(_ node: FaultNode, _ cluster: FaultyCluster, succeedingOneLostAt lostAt: Double?) {
    let source = cluster.disk.newest()
    let job = cluster.job
    var history = JobHistory()
    if let source {
      do { history = try JSONDecoder().decode(JobHistory.self, from: Data(source.history)) } catch {
        preconditionFailure("a history that was written cannot be read: \(error)")
      }
    }
    self.source = source
    links = LinkEnds(life: cluster.freshLife())
    lastTurn = cluster.time
    coordinator = JobCoordinator(
      plan: job.plan, planBytes: [], size: job.size, job: JobID(rawValue: cluster.dice.bits()),
      dataFingerprint: Self.fingerprint, resumingAt: source.map(JobPosition.init), history: history, at: cluster.time)
    if let lostAt { coordinator.succeeds(coordinatorLostAt: lostAt) }
    super.init(node, cluster)
  }

  override var whereabouts: String {
    "is \(coordinator.phase)\(errand == nil ? "" : ", busy with the servers") in membership \(coordinator.membership)"
  }

  override func started() throws {
    listen(at: Self.endpoint)
    cluster.add(.alarm(self, .tick), in: Self.tick)
  }

  override func released() {
    links = LinkEnds(life: 1)
    addresses = [:]
    inbox = []
    access = []
  }

  // MARK: what comes in

  override func received(_ message: [UInt8], on line: Line, _ direction: Line.Direction) throws {
    noticePause()
    if direction == .down {
      try answered(message, on: line)
    } else if errand != nil {
      inbox.append((message, line))
    } else {
      try listen(to: message, from: line)
    }
  }

  /// Whoever was stopped for a while has not heard yet what the others said.
  private func noticePause() {
    if errand == nil, time - lastTurn > Self.awayLimit { coordinator.wasAway(at: time) }
    lastTurn = time
  }

  private func listen(to message: [UInt8], from line: Line) throws {
    do {
      guard let end = try links.end(of: line, message, at: self) else { return }
      let frames = try end.take(message)
      if leaving != nil { return goIfThrough() }
      for frame in frames { try heard(frame, from: line) }
    } catch is WireError {
      // What has no place here is passed over.
      return
    }
  }

  private func heard(_ frame: [UInt8], from line: Line) throws {
    let message = try control(frame)
    if let member = members[line.number] {
      coordinator.received(message, from: member, at: time, directives: &directives)
      if message == .settled, cluster.bug == .earlyCut {
        for worker in coordinator.workers {
          coordinator.received(.settled, from: worker, at: time, directives: &directives)
        }
      }
    } else if case .hello(let hello) = message {
      if cluster.job.isSupervised {
        take(.childEnded)
        try carryOut()
      }
      switch coordinator.memberArrived(hello, at: time, directives: &directives) {
      case .seated(let member):
        members[line.number] = member
        addresses[member] = line
      case .waits(let reason): send(.regroup(reason: reason), to: line)
      case .refused(let reason): send(.abort(reason: reason), to: line)
      }
    } else {
      send(.regroup(reason: "the coordinator does not know you"), to: line)
    }
    try carryOut()
  }

  private func send(_ message: ControlMessage, to line: Line) {
    guard let end = links.ends[line.number] else { return }
    if message == .alive, end.openCount >= Self.backlogLimit { return }
    // What does not fit is lost: a member that takes nothing loses its lease.
    _ = end.send(message.encoded())
  }

  override func woke(_ alarm: Alarm) throws {
    switch alarm {
    case .tick:
      cluster.add(.alarm(self, .tick), in: Self.tick)
      guard errand == nil, leaving == nil else { return }
      noticePause()
      links.remove { members[$0.line.number] == nil && time - $0.lastHeard > Self.strangerLimit }
      if cluster.bug != .endlessLease { coordinator.ticked(at: time, directives: &directives) }
      try carryOut()
    case .overdue(let wait):
      if errand?.wait == wait { try errandFailed("server \(errand?.next ?? 0) has not answered") }
    case .written(let wait): if errand?.wait == wait { try finishCheckpoint() }
    case .gone: goAway()
    case .computed, .due: preconditionFailure("\(node) set no \(alarm)")
    }
  }

  override func signalled(_ signal: Signal) throws {
    guard leaving == nil else { return }
    guard let errand else {
      take(signal)
      return try carryOut()
    }
    // While it writes it does not look.
    guard !errand.isWriting else { return errand.unseen.append(signal) }
    signals.append(signal)
    if signal == .childEnded { try errandFailed("a process ended") }
  }

  private func take(_ signal: Signal) {
    switch signal {
    case .terminate: coordinator.interrupted(at: time, directives: &directives)
    case .childEnded:
      for (member, process) in coordinator.processes.sorted(by: { $0.key.description < $1.key.description })
      where !cluster.holders.values.contains(where: { $0.number == process && $0.isAlive }) {
        coordinator.memberLost(member, reason: "its process ended", at: time, directives: &directives)
      }
    }
  }

  // MARK: what the Core orders

  private func carryOut() throws {
    while leaving == nil, errand == nil, !directives.isEmpty { try carryOut(directives.removeFirst()) }
    while isAlive, errand == nil, !inbox.isEmpty {
      let (message, line) = inbox.removeFirst()
      try listen(to: message, from: line)
    }
  }

  private func carryOut(_ directive: CoordinatorDirective) throws {
    switch directive {
    case .send(let member, let message):
      if let line = addresses[member] { send(mistaken(message), to: line) }
    case .goBack: try goBack()
    case .endProcess(let process):
      guard cluster.job.isSupervised, let victim = cluster.holders.values.first(where: { $0.number == process }) else {
        return
      }
      cluster.end(victim, .killed)
    case .restoreServers:
      guard cluster.bug != .forgottenTables else { return try errandDone(Errand(.restore, [])) }
      try begin(try restoring())
    case .settleServers(let step, let endedEpoch):
      guard cluster.bug != .unsettledCut else { return try errandDone(Errand(.settle, [])) }
      try begin(settling(step, endedEpoch))
    case .writeCheckpoint(let position): try begin(cutting(position))
    case .promote(let backup, let server, _):
      if let lost = addresses[server] { members[lost.number] = nil }
      addresses[server] = addresses.removeValue(forKey: backup)
      if let line = addresses[server] { members[line.number] = server }
      closeAccess()
    case .reportBackupLost(let backup, _):
      if let lost = addresses.removeValue(forKey: backup) { members[lost.number] = nil }
    case .reportStart, .reportEpoch, .reportRecovery: break
    case .finish(let outcome): try finish(outcome)
    }
  }

  private func mistaken(_ message: ControlMessage) -> ControlMessage {
    guard cluster.bug == .sharedShards, case .welcome(var welcome) = message, welcome.workers > 1 else {
      return message
    }
    if welcome.index == 1 { welcome.index = 0 }
    return .welcome(welcome)
  }

  private func goBack() throws {
    members = [:]
    addresses = [:]
    closeAccess()
    source = coordinator.goesOnFromCheckpoint ? cluster.disk.newest() : nil
    guard source?.header.optimizerStep ?? 0 == coordinator.position.optimizerStep else {
      throw SimulationFailure("the checkpoint of step \(coordinator.position.optimizerStep) cannot be read any more")
    }
  }

  private func closeAccess() {
    for line in access { line.close() }
    access = []
  }

  private func finish(_ outcome: JobOutcome) throws {
    switch outcome {
    case .done:
      cluster.history = coordinator.history
      try cluster.ledger.finished(coordinator, cluster.disk.newest())
      takeLeave(0)
    case .interrupted:
      mayBeResumed = true
      takeLeave(130)
    case .failed(let code, let reason):
      lastWords = reason
      mayBeResumed = coordinator.isInterrupted || code == Self.cannotWrite
      takeLeave(code)
    }
  }

  /// Whatever stops it, the members hear of it.
  override func failed(_ error: any Error) {
    errand = nil
    for address in addresses.values.sorted(by: { $0.number < $1.number }) {
      send(.abort(reason: "\(error)"), to: address)
    }
    lastWords = "\(error)"
    mayBeResumed = (error as? ModelStoreError)?.kind == .unwritable
    takeLeave(Self.cannotWrite)
  }

  /// Waits a moment until the members have heard the last word.
  private func takeLeave(_ code: Int32) {
    leaving = code
    for end in links.inOrder { end.acknowledge() }
    cluster.add(.alarm(self, .gone(life: 0)), in: Self.farewellLimit)
    goIfThrough()
  }

  private func goIfThrough() {
    if links.ends.values.allSatisfy(\.isThrough) { goAway() }
  }

  private func goAway() {
    if let leaving { cluster.end(self, .exited(leaving)) }
  }

  // MARK: errands to the servers

  private func begin(_ errand: Errand) throws {
    if access.isEmpty { access = coordinator.servers.map { open(coordinator.endpoints[$0] ?? "") } }
    self.errand = errand
    try askNext()
  }

  /// Sends the errand's next requests, or ends it.
  private func askNext() throws {
    guard let errand else { return }
    guard !errand.rounds.isEmpty else { return try errandDone(errand) }
    let round = errand.rounds.removeFirst()
    errand.awaited = round.map(\.server)
    for request in round { try say(request.frame, on: access[request.server]) }
    setDeadline(errand)
  }

  // Limit: as `ServerAccess` has it.
  private static let replyLimit = 30.0

  private func setDeadline(_ errand: Errand) {
    errand.wait = cluster.freshNumber()
    cluster.add(.alarm(self, .overdue(wait: errand.wait)), in: Self.replyLimit)
  }

  private func answered(_ message: [UInt8], on line: Line) throws {
    guard let end = line.end, let server = access.firstIndex(where: { $0 === line }) else { return }
    let frames = try end.take(message)
    if let errand, errand.awaited.contains(server), end.isPeerGone {
      return try errandFailed("server \(server) was started again")
    }
    for frame in frames { try answered(frame, by: server) }
  }

  private func answered(_ frame: [UInt8], by server: Int) throws {
    guard let errand, errand.awaited.contains(server) else { return }
    // Safety: bytes have no padding.
    var reader = unsafe FrameReader(frame.span.bytes)
    switch try FrameMark.read(&reader) {
    case .bulkReply: errand.replies.append(Array(frame.dropFirst(BulkRequest.headerByteCount)))
    case .refusal: return try errandFailed("server \(server) refused: \(try Refusal.read(&reader))")
    default: throw WireError("kind", "is not a reply to the coordinator")
    }
    errand.awaited.removeAll { $0 == server }
    if errand.awaited.isEmpty { try askNext() } else { setDeadline(errand) }
  }

  private func errandDone(_ errand: Errand) throws {
    if case .cut(let position) = errand.kind, !errand.isWriting { return beginWriting(errand, position) }
    self.errand = nil
    lastTurn = time
    takeSignals()
    switch errand.kind {
    case .restore:
      try cluster.ledger.restored(coordinator)
      coordinator.serversRestored(at: time, directives: &directives)
    case .settle: coordinator.serversSettled(at: time, directives: &directives)
    case .cut: coordinator.checkpointWritten(at: time, directives: &directives)
    }
    try carryOut()
    for signal in errand.unseen where isAlive { try signalled(signal) }
  }

  private func errandFailed(_ reason: String) throws {
    errand = nil
    lastTurn = time
    takeSignals()
    coordinator.serversSilent(reason: reason, at: time, directives: &directives)
    try carryOut()
  }

  private func takeSignals() {
    let taken = signals
    signals = []
    for signal in taken { take(signal) }
  }

  // MARK: checkpoints

  private func beginWriting(_ errand: Errand, _ position: JobPosition) {
    errand.isWriting = true
    errand.fate = cluster.disk.fate(at: time, step: cluster.ledger.optimizerStep)
    errand.wait = cluster.freshNumber()
    let seconds = errand.fate.delay + cluster.dice.number(in: 0.002...0.1)
    cluster.add(.alarm(self, .written(wait: errand.wait)), in: seconds)
  }

  private func finishCheckpoint() throws {
    guard let errand, case .cut(var position) = errand.kind else { return }
    if cluster.bug == .forgottenPositions { position.positions = [] }
    let cut = CutRecords(
      position: position, history: coordinator.history, placement: coordinator.placement, records: errand.replies)
    let checkpoint: Checkpoint?
    do {
      checkpoint = try cluster.disk.write(cut, of: cluster.job, errand.fate, at: time, cluster.bug)
    } catch let error as ModelStoreError where error.kind == .unwritable {
      return try checkpointFailed(error, errand)
    }
    guard let checkpoint else { return cluster.end(self, .killed) }
    try cluster.ledger.wrote(checkpoint, of: coordinator)
    try errandDone(errand)
  }

  private func checkpointFailed(_ error: ModelStoreError, _ errand: Errand) throws {
    self.errand = nil
    lastTurn = time
    takeSignals()
    _ = coordinator.checkpointFailed("\(error)", at: time, directives: &directives)
    try carryOut()
    for signal in errand.unseen where isAlive { try signalled(signal) }
  }
}
