import CoordinatorCore
import Faults
import Wire

/// A process of the job: its sockets, and what its Program's loop does when something comes in. When it ends, all that
/// it knows is gone.
class SimulatedProcess {
  let node: FaultNode
  unowned let cluster: FaultyCluster
  /// Its process id.
  let number: UInt32
  /// Which start of the job it belongs to.
  let attempt: Int
  var isAlive = true
  var pausedUntil = 0.0
  var ending: Ending?
  var lines: [Line] = []
  var endpoints: [String] = []

  enum Signal {
    case childEnded
    case terminate
  }

  init(_ node: FaultNode, _ cluster: FaultyCluster) {
    self.node = node
    self.cluster = cluster
    number = UInt32(cluster.freshNumber())
    attempt = cluster.supervision.attempt
  }

  var time: Double { cluster.time }
  func isPaused(at time: Double) -> Bool { pausedUntil > time }
  var whereabouts: String { "" }

  func started() throws { preconditionFailure("\(node) has nothing to begin") }
  func received(_ frame: [UInt8], on line: Line, _ direction: Line.Direction) throws {
    preconditionFailure("\(node) takes no frames")
  }
  func woke(_ alarm: Alarm) throws { preconditionFailure("\(node) set no \(alarm)") }
  /// The other end of a connection has ended.
  func lost(_ line: Line) throws {}
  func signalled(_ signal: Signal) throws { preconditionFailure("\(node) takes no \(signal)") }
  /// It cannot go on.
  func failed(_ error: any Error) { preconditionFailure("\(node) failed: \(error)") }
  /// It has ended: what it held goes.
  func released() {}

  // MARK: sockets

  func open(_ endpoint: String) -> Line {
    let line = cluster.connect(self, to: endpoint)
    lines.append(line)
    return line
  }

  func listen(at endpoint: String) {
    endpoints.append(endpoint)
    cluster.bind(self, at: endpoint)
  }

  /// Sends a frame over a socket of this process.
  func say(_ frame: [UInt8], on line: Line) throws {
    guard let end = line.end, end.send(frame) else { throw LinkFull(peer: line.endpoint) }
  }

  func closeAll() {
    for line in lines { line.close() }
    for endpoint in endpoints { cluster.unbind(endpoint, of: self) }
    lines = []
    endpoints = []
  }

  /// The other side has not taken any frame for long.
  struct LinkFull: Error {
    let peer: String
  }

  func control(_ frame: [UInt8]) throws(WireError) -> ControlMessage {
    // Safety: bytes have no padding.
    var reader = unsafe FrameReader(frame.span.bytes)
    guard try FrameMark.read(&reader) == .control else { throw WireError("kind", "is not control") }
    return try ControlMessage(from: &reader)
  }
}
