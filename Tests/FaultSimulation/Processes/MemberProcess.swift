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
  private var lastHeard = 0.0
  private var lastSent = 0.0

  // Limit: as `CoordinatorLink` has them.
  private static let silenceLimit = 60.0
  private static let alivePeriod = 1.0
  private static let helloPeriod = 1.0
  private static let retryPeriod = 0.1
  private static let tick = 0.25

  /// Where a server listens; nothing for a worker.
  func openEndpoint() -> String { "" }
  func welcomed(_ welcome: Welcome) throws { preconditionFailure("\(node) is nobody to welcome") }
  func obey(_ message: ControlMessage) throws { preconditionFailure("\(node) obeys nobody") }
  func receivedData(_ frame: [UInt8], on line: Line) throws { preconditionFailure("\(node) takes no data") }
  /// What it says when it looks at its clocks.
  func report() {}

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
    link = open(CoordinatorProcess.endpoint)
    lastHeard = time
    say(.hello(hello))
  }

  func say(_ message: ControlMessage) {
    guard let link else { preconditionFailure("\(node) speaks without a link") }
    lastSent = time
    cluster.send(message.encoded(), on: link, .up)
  }

  override func received(_ frame: [UInt8], on line: Line, _ direction: Line.Direction) throws {
    guard line === link else { return try receivedData(frame, on: line) }
    lastHeard = time
    let message = try control(frame)
    guard hello != nil else { return try member(message) }
    switch message {
    case .welcome(let welcome):
      hello = nil
      try welcomed(welcome)
    case .abort: cluster.end(self, .exited(75))
    case .regroup: lastSent = min(lastSent, time - Self.helloPeriod + Self.retryPeriod)
    default: throw WireError("message", "came before the welcome")
    }
  }

  private func member(_ message: ControlMessage) throws {
    switch message {
    case .regroup: join()
    case .abort: cluster.end(self, .exited(75))
    case .alive: break
    default: try obey(message)
    }
  }

  /// It has accounted for itself, and goes.
  func leave(_ account: Account) {
    say(.farewell(account))
    cluster.end(self, .exited(0))
  }

  override func woke(_ alarm: Alarm) throws {
    guard case .tick = alarm else { preconditionFailure("\(node) set no \(alarm)") }
    cluster.add(.alarm(self, .tick), in: Self.tick)
    if time - lastHeard > Self.silenceLimit { return cluster.end(self, .exited(69)) }
    if let hello {
      if time - lastSent > Self.helloPeriod { say(.hello(hello)) }
    } else {
      if time - lastSent > Self.alivePeriod { say(.alive) }
      report()
    }
  }

  override func signalled(_ signal: Signal) throws { cluster.end(self, .exited(130)) }

  override func failed(_ error: any Error) {
    if hello == nil { say(.failed(exitCode: 75, reason: "\(error)")) }
    cluster.end(self, .exited(69))
  }
}
