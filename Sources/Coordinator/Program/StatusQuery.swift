import Foundation
import Links
import Wire
package import ZeroMQ

package enum StatusQuery {
  // Limit: the coordinator looks up ten times a second, but may be away for some seconds on a checkpoint of gigabytes.
  private static let patience = 20.0

  /// Asks a coordinator what its job does.
  /// - Returns: a `JobStatus` as JSON
  /// - Throws: `LinkError` when nothing answers
  package static func ask(_ endpoint: Endpoint) throws -> [UInt8] {
    var options = SocketOptions()
    options.immediate = false
    let socket = try Socket(context: try Context(), kind: .dealer, options: options)
    try socket.connect(endpoint)
    _ = try socket.send(try Message.control(.askStatus))
    var poll = PollSet()
    let slot = poll.add(socket)
    let deadline = MonotonicClock.seconds + patience
    while MonotonicClock.seconds < deadline {
      _ = try poll.wait(timeout: .milliseconds(200))
      guard poll.isReadable(slot), let message = try socket.receive() else { continue }
      if case .status(let json) = try ControlMessage(frame: message.bytes) { return json }
    }
    throw LinkError("coordinator at \(endpoint)", "nothing heard for \(Int(patience)) s")
  }
}
