package import Wire
package import ZeroMQ

/// A member's connection to its coordinator: it says that it lives once a second, and notices when the coordinator
/// does not.
package struct CoordinatorLink: ~Copyable {
  package let endpoint: Endpoint
  package let socket: Socket
  private var lastHeard: Double
  private var lastSent: Double
  /// What this member and the coordinator have said to each other.
  package private(set) var bytesSent: UInt64 = 0
  package private(set) var bytesReceived: UInt64 = 0

  // Limit: the coordinator speaks several times a second, but may be away on a checkpoint of gigabytes for some of
  // these; before it has greeted anyone it waits as long for the other members.
  private static let silenceLimit = 60.0
  private static let alivePeriod = 1.0

  package init(context: Context, endpoint: Endpoint, identity: PeerIdentity) throws {
    self.endpoint = endpoint
    var options = SocketOptions()
    options.routingID = identity
    options.immediate = false
    socket = try Self.connected(context, endpoint, options)
    lastHeard = MonotonicClock.seconds
    lastSent = lastHeard
  }

  private static func connected(_ context: Context, _ endpoint: Endpoint, _ options: SocketOptions) throws -> Socket {
    let socket = try Socket(context: context, kind: .dealer, options: options)
    try socket.connect(endpoint)
    return socket
  }

  package mutating func send(_ message: ControlMessage) throws {
    lastSent = MonotonicClock.seconds
    let frame = try Message.control(message)
    bytesSent += UInt64(frame.byteCount)
    let outcome = try socket.send(frame)
    guard outcome.isSent() else {
      throw LinkError("coordinator at \(endpoint)", "takes no messages")
    }
  }

  /// Tells the coordinator why this member cannot go on.
  package mutating func sendFailure(_ error: any Error) throws {
    try send(.failed(exitCode: ControlMessage.tryAgain, reason: "\(error)"))
  }

  /// The next message, if one is here.
  package mutating func receive() throws -> ControlMessage? {
    guard let message = try socket.receive() else { return nil }
    lastHeard = MonotonicClock.seconds
    bytesReceived += UInt64(message.byteCount)
    return try ControlMessage(frame: message.bytes)
  }

  /// Says that this member lives; throws when the coordinator has been silent for too long.
  package mutating func ticked(isJoining: Bool = false) throws {
    let now = MonotonicClock.seconds
    if now - lastHeard > Self.silenceLimit {
      throw LinkError("coordinator at \(endpoint)", "nothing heard for \(Int(now - lastHeard)) s")
    }
    if !isJoining, now - lastSent > Self.alivePeriod { try send(.alive) }
  }

  // MARK: joining

  /// What came of presenting oneself.
  package enum Greeting: Sendable {
    case welcomed(Welcome)
    case left(MemberExit)
  }

  // Limit: how long a wait may last before its clocks are looked at again.
  private static let tick = Duration.milliseconds(200)
  // Limit: a coordinator that was lost may have taken a greeting with it; its successor hears the next.
  private static let helloPeriod = 1.0
  private static let retryPeriod = 0.1

  /// Presents this process, again and again, and waits for the coordinator's welcome.
  package mutating func join(_ hello: Hello, watches: Watches) throws -> Greeting {
    try send(.hello(hello))
    var poll = PollSet()
    let socketSlot = poll.add(socket)
    let watchSlots = watches.add(to: &poll)
    while true {
      _ = try poll.wait(timeout: Self.tick)
      if let exit = watches.exit(poll, watchSlots) { return .left(exit) }
      if poll.isReadable(socketSlot), let message = try receive() {
        switch message {
        case .welcome(let welcome): return .welcomed(welcome)
        case .abort(let reason): return .left(.aborted(reason: reason))
        case .regroup: lastSent = min(lastSent, MonotonicClock.seconds - Self.helloPeriod + Self.retryPeriod)
        default: throw WireError("message", "came before the welcome")
        }
      }
      try ticked(isJoining: true)
      if MonotonicClock.seconds - lastSent > Self.helloPeriod { try send(.hello(hello)) }
    }
  }
}
