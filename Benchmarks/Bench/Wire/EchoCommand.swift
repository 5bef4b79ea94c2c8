import ArgumentParser
import Foundation
import ZeroMQ

/// The other end of the wire's measurement: a process that sends back what it gets.
struct EchoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo", abstract: "Sends back what arrives, until its standard input ends.", shouldDisplay: false)

  @Argument(help: "Where to listen.") var endpoint: String
  @Flag(help: "Encrypt.") var curve = false

  func run() throws {
    let keys = curve ? try CurveKeys() : nil
    var options = SocketOptions()
    options.curve = keys.map { .server($0) }
    let socket = try Socket(context: Context(), kind: .router, options: options)
    let bound = try socket.bind(Endpoint(endpoint))
    // The parent waits for this line: where, and with which key.
    try FileHandle.standardOutput.write(contentsOf: Data("\(bound) \(keys?.publicKey ?? "-")\n".utf8))
    var poll = PollSet()
    let slot = poll.add(socket)
    let input = poll.add(fileDescriptor: 0)
    while true {
      _ = try poll.wait(timeout: nil)
      if poll.isReadable(input) { return }
      guard poll.isReadable(slot) else { continue }
      while let delivery = try socket.receiveFromPeer() {
        let peer = delivery.peer
        let outcome = try socket.send(to: peer, delivery.takeMessage())
        guard case .sent = consume outcome else { throw EchoError(description: "a reply found no room") }
      }
    }
  }
}

/// What went wrong on the wire.
struct EchoError: Error, CustomStringConvertible {
  let description: String
}
