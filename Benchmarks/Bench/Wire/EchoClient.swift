import ZeroMQ

/// A dealer that sends frames to an echo and times them.
struct EchoClient: ~Copyable {
  private let socket: Socket
  private var poll: PollSet

  init(_ echo: borrowing EchoProcess) throws {
    var options = SocketOptions()
    options.immediate = false
    if let key = echo.serverKey { options.curve = .client(try CurveKeys(), ofServer: key) }
    let socket = try Socket(context: Context(), kind: .dealer, options: options)
    try socket.connect(echo.endpoint)
    var poll = PollSet()
    _ = poll.add(socket)
    self.socket = socket
    self.poll = poll
  }

  /// The seconds of each round trip of one frame, sent when the one before is back.
  mutating func roundTrips(byteCount: Int, count: Int) throws -> [Double] {
    var message = try Message(byteCount: byteCount)
    var seconds: [Double] = []
    seconds.reserveCapacity(count)
    for _ in 0..<count {
      let began = ContinuousClock.now
      try send(message)
      message = try next()
      seconds.append((ContinuousClock.now - began).inSeconds)
    }
    return seconds
  }

  /// Seconds per frame, there and back, with `window` frames under way.
  mutating func secondsPerFrame(byteCount: Int, count: Int, window: Int) throws -> Double {
    for _ in 0..<window { try send(Message(byteCount: byteCount)) }
    let began = ContinuousClock.now
    for _ in 0..<count {
      let message = try next()
      try send(message)
    }
    let seconds = (ContinuousClock.now - began).inSeconds
    for _ in 0..<window { _ = try next().byteCount }
    return seconds / Double(count)
  }

  private func send(_ message: consuming Message) throws {
    switch try socket.send(message) {
    case .sent: return
    case .wouldBlock: throw EchoError(description: "a frame found no room")
    case .unreachable: throw EchoError(description: "the other end is gone")
    }
  }

  // Limit: loopback answers within milliseconds, the start of a process included.
  private static let patience = Duration.seconds(20)

  private mutating func next() throws -> Message {
    while true {
      if let message = try socket.receive() { return message }
      if try poll.wait(timeout: Self.patience) == 0 { throw EchoError(description: "the other end does not answer") }
    }
  }
}
