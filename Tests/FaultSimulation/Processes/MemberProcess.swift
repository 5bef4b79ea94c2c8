import Faults
import Plan
import Wire

/// A server's or a worker's process: it presents itself until it is welcomed, says that it lives, and presents itself
/// anew when the coordinator gathers its members (`CoordinatorLink`, `ServingLoop.run`, `TrainingLoop.run`).
class MemberProcess: SimulatedProcess {
  /// How often it has presented itself anew.
  private(set) var life = 0
  private var link: Line?
  private var hello: Hello?
  /// Its exit code, once it has said its last word.
  private var leaving: Int32?
  private var lastSent = 0.0

  // Limit: as `CoordinatorLink` has them.
  private static let silenceLimit = 60.0
  private static let alivePeriod = 1.0
  private static let helloPeriod = 1.0
  private static let retryPeriod = 0.1
  private static let backlogLimit = 4
  private static let farewellLimit = 4.0
  private static let tick = 0.25

  /// Where a server listens; nothing for a worker.
  func openEndpoint() -> String { "" }
  func welcomed(_ welcome: Welcome) throws { preconditionFailure("\(node) is nobody to welcome") }
  func obey(_ message: ControlMessage) throws { preconditionFailure("\(node) obeys nobody") }
  func receivedData(_ frame: [UInt8], on line: Line) throws { preconditionFailure("\(node) takes no data") }
  /// A message that came to where it listens.
  func receivedAsListener(_ message: [UInt8], on line: Line) throws { preconditionFailure("\(node) does not listen") }
  /// What it says when it looks at its clocks.
  func report() throws {}

  override var whereabouts: String { hello == nil ? "has joined" : "is joining" }

  override func started() throws {
    cluster.add(.alarm(self, .tick), in: cluster.dice.number(in: 0...Self.tick))
    join()
  }

  private func join() {
    closeAll()
    life += 1
    let hello = Hello(
      role: node.role == .server ? .server : .worker, process: number, place: UInt16(node.index),
      incarnation: UInt64(cluster.freshNumber()), endpoint: openEndpoint(),
      dataFingerprint: node.role == .server ? "" : CoordinatorProcess.fingerprint)
    self.hello = hello
    let link = open(CoordinatorProcess.endpoint)
    self.link = link
    lastSent = time
    guard link.end?.send(ControlMessage.hello(hello).encoded()) == true else {
      preconditionFailure("a fresh link takes no frame")
    }
  }

  func say(_ message: ControlMessage) throws {
    guard let link else { preconditionFailure("\(node) speaks without a link") }
    lastSent = time
    try say(message.encoded(), on: link)
  }

  /// Says what the next message of its kind replaces, unless the coordinator is behind.
  func sayNews(_ message: ControlMessage) throws {
    if let end = link?.end, end.openCount < Self.backlogLimit { try say(message) }
  }

  override func received(_ message: [UInt8], on line: Line, _ direction: Line.Direction) throws {
    guard direction == .down, let end = line.end else { return try receivedAsListener(message, on: line) }
    let life = life
    let frames = try end.take(message)
    if leaving != nil {
      guard line === link, end.isThrough else { return }
      guard leaving == 0, end.isPeerGone else { return goAway() }
      // Its last word was for one who is gone.
      leaving = nil
      return join()
    }
    if line === link, end.isPeerGone { return join() }
    for frame in frames where isAlive && life == self.life && leaving == nil {
      if line === link { try heard(try control(frame)) } else { try receivedData(frame, on: line) }
    }
  }

  private func heard(_ message: ControlMessage) throws {
    switch message {
    case .abort:
      link?.end?.acknowledge()
      return cluster.end(self, .exited(75))
    case .alive where hello == nil: return
    case .regroup where hello == nil:
      link?.end?.acknowledge()
      return join()
    case .regroup: lastSent = min(lastSent, time - Self.helloPeriod + Self.retryPeriod)
    case .welcome(let welcome) where hello != nil:
      hello = nil
      try welcomed(welcome)
    default:
      guard hello == nil else { throw WireError("message", "came before the welcome") }
      try obey(message)
    }
  }

  /// Goes when its last word has arrived, or after a while.
  func leave(_ last: ControlMessage, _ code: Int32) throws {
    leaving = code
    try say(last)
    cluster.add(.alarm(self, .gone(life: life)), in: Self.farewellLimit)
  }

  private func goAway() {
    if let leaving { cluster.end(self, .exited(leaving)) }
  }

  override func woke(_ alarm: Alarm) throws {
    if case .gone(let life) = alarm { return life == self.life ? goAway() : () }
    guard case .tick = alarm else { preconditionFailure("\(node) set no \(alarm)") }
    cluster.add(.alarm(self, .tick), in: Self.tick)
    guard leaving == nil, let end = link?.end else { return }
    if time - end.lastHeard > Self.silenceLimit { return cluster.end(self, .exited(69)) }
    if let hello {
      if time - lastSent > Self.helloPeriod, end.openCount == 0 { try say(.hello(hello)) }
    } else {
      if time - lastSent > Self.alivePeriod { try sayNews(.alive) }
      try report()
    }
  }

  override func released() { link = nil }

  override func signalled(_ signal: Signal) throws { cluster.end(self, .exited(130)) }

  override func failed(_ error: any Error) {
    guard hello == nil, leaving == nil, link?.end?.openCount ?? 0 < LinkLedger.window else {
      return cluster.end(self, .exited(69))
    }
    do { try leave(.failed(exitCode: 75, reason: "\(error)"), 69) } catch {
      preconditionFailure("a link with room takes no frame: \(error)")
    }
  }
}
