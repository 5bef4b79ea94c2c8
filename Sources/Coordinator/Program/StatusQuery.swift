import Links
import Wire
package import ZeroMQ

package enum StatusQuery {
  // Limit: the coordinator looks up ten times a second, but may be away for some seconds on a checkpoint of gigabytes.
  private static let patience = 20.0
  private static let tick = Duration.milliseconds(200)

  /// Asks a coordinator what its job does.
  /// - Returns: a `JobStatus` as JSON
  /// - Throws: `LinkError` when nothing answers
  package static func ask(_ endpoint: Endpoint) throws -> [UInt8] {
    var options = SocketOptions()
    options.immediate = false
    let socket = try Socket(context: try Context(), kind: .dealer, options: options)
    try socket.connect(endpoint)
    let link = ReliableLink(life: .newLife())
    _ = try link.send(.askStatus, through: socket)
    var poll = PollSet()
    let slot = poll.add(socket)
    let deadline = MonotonicClock.seconds + patience
    while MonotonicClock.seconds < deadline {
      _ = try poll.wait(timeout: MonotonicClock.wait(until: min(deadline, link.deadline), atMost: tick))
      if poll.isReadable(slot), let message = try socket.receive(),
        let next = try link.take(message, through: socket),
        case .status(let json) = try ControlMessage(frame: next.frame)
      {
        try link.acknowledge(through: socket)
        return json
      }
      try link.tend(through: socket, at: MonotonicClock.seconds)
    }
    throw LinkError("coordinator at \(endpoint)", "nothing heard for \(Int(patience)) s")
  }
}
