package import Wire
package import ZeroMQ

/// A member's connection to its coordinator: it says that it lives once a second, and notices when the coordinator
/// does not.
package struct CoordinatorLink: ~Copyable {
  package let endpoint: Endpoint
  package let socket: Socket
  private let link: ReliableLink
  private var lastSent: Double
  /// What this member and the coordinator have said to each other.
  package private(set) var bytesSent: UInt64 = 0
  package private(set) var bytesReceived: UInt64 = 0

  // Limit: the coordinator speaks several times a second, but may be away on a checkpoint of gigabytes for some of
  // these; before it has greeted anyone it waits as long for the other members.
  private static let silenceLimit = 60.0
  private static let alivePeriod = 1.0
  // Limit: what is only news waits while so many frames are on their way, which are sent again until they arrive and
  // say that this member lives.
  private static let backlogLimit = 4
  // Limit: a last word has as long to arrive, so that a cut of a few seconds does not take it.
  private static let farewellLimit = 4.0

  package init(context: Context, endpoint: Endpoint, identity: PeerIdentity) throws {
    self.endpoint = endpoint
    var options = SocketOptions()
    options.routingID = identity
    options.immediate = false
    socket = try Self.connected(context, endpoint, options)
    lastSent = MonotonicClock.seconds
    link = ReliableLink(life: .newLife(), at: lastSent)
  }

  private static func connected(_ context: Context, _ endpoint: Endpoint, _ options: SocketOptions) throws -> Socket {
    let socket = try Socket(context: context, kind: .dealer, options: options)
    try socket.connect(endpoint)
    return socket
  }

  package var deadline: Double { link.deadline }
  package var counts: LinkCounts { link.counts }

  package mutating func send(_ message: ControlMessage) throws {
    lastSent = MonotonicClock.seconds
    let bytes = message.encoded()
    bytesSent += UInt64(bytes.count)
    // Safety: copied before the array goes.
    let isSent = try link.send(byteCount: bytes.count, through: socket) { writer in
      unsafe writer.bytes(bytes.span.bytes)
    }
    guard isSent else { throw LinkError("coordinator at \(endpoint)", "takes no messages") }
  }

  /// Sends what the next message of its kind replaces, unless the coordinator is behind.
  package mutating func sendNews(_ message: ControlMessage) throws {
    if link.openCount < Self.backlogLimit { try send(message) }
  }

  /// Tells the coordinator why this member cannot go on.
  package mutating func sendFailure(_ error: any Error) throws {
    try send(.failed(exitCode: ControlMessage.tryAgain, reason: "\(error)"))
    try flush()
  }

  /// Waits until the coordinator has heard everything, or for a few seconds.
  package mutating func flush() throws {
    try link.acknowledge(through: socket)
    let end = MonotonicClock.seconds + Self.farewellLimit
    var poll = PollSet()
    _ = poll.add(socket)
    while link.openCount > 0, !link.isPeerGone, MonotonicClock.seconds < end {
      _ = try poll.wait(timeout: MonotonicClock.wait(until: min(end, link.deadline), atMost: Self.tick))
      while try receive() != nil {}
      try link.tend(through: socket, at: MonotonicClock.seconds)
    }
  }

  /// Leaves the coordinator: a last word has time to arrive, and who is sent away says that it has heard so.
  /// - Returns: the exit, or `regrouped` where the coordinator was started again and has not heard the last word
  package mutating func leave(_ exit: MemberExit) throws -> MemberExit {
    guard exit == .finished else {
      try link.acknowledge(through: socket)
      return exit
    }
    try flush()
    return link.isPeerGone ? .regrouped : exit
  }

  /// The next message, if one is here.
  package mutating func receive() throws -> ControlMessage? {
    if let held = link.nextHeld() { return try ControlMessage(frame: held.frame) }
    while let message = try socket.receive() {
      bytesReceived += UInt64(message.byteCount)
      guard let next = try link.take(message, through: socket) else {
        guard !link.isPeerGone else { return .regroup(reason: "the coordinator was started again") }
        continue
      }
      return try ControlMessage(frame: next.frame)
    }
    return nil
  }

  /// Says that this member lives, and sends again what must be; throws when the coordinator has been silent for too
  /// long.
  package mutating func ticked(isJoining: Bool = false) throws {
    let now = MonotonicClock.seconds
    if link.deadline <= now { try link.tend(through: socket, at: now) }
    if now - link.lastHeard > Self.silenceLimit {
      throw LinkError("coordinator at \(endpoint)", "nothing heard for \(Int(now - link.lastHeard)) s")
    }
    if !isJoining, now - lastSent > Self.alivePeriod { try sendNews(.alive) }
  }

  // MARK: joining

  /// What came of presenting oneself.
  package enum Greeting: Sendable {
    case welcomed(Welcome)
    case left(MemberExit)
  }

  // Limit: how long a wait may last before its clocks are looked at again.
  private static let tick = Duration.milliseconds(200)
  // Limit: a coordinator that was lost may have taken a greeting with it, and one that had no place may have one now.
  private static let helloPeriod = 1.0
  private static let retryPeriod = 0.1

  /// Presents this process, again and again, and waits for the coordinator's welcome.
  package mutating func join(_ hello: Hello, watches: Watches) throws -> Greeting {
    try send(.hello(hello))
    var poll = PollSet()
    let socketSlot = poll.add(socket)
    let watchSlots = watches.add(to: &poll)
    while true {
      _ = try poll.wait(timeout: MonotonicClock.wait(until: link.deadline, atMost: Self.tick))
      if let exit = watches.exit(poll, watchSlots) { return .left(exit) }
      if poll.isReadable(socketSlot), let message = try receive() {
        switch message {
        case .welcome(let welcome): return .welcomed(welcome)
        case .abort(let reason): return .left(.aborted(reason: reason))
        case .regroup where link.isPeerGone: return .left(.regrouped)
        case .regroup: lastSent = min(lastSent, MonotonicClock.seconds - Self.helloPeriod + Self.retryPeriod)
        default: throw WireError("message", "came before the welcome")
        }
      }
      try ticked(isJoining: true)
      if MonotonicClock.seconds - lastSent > Self.helloPeriod, link.openCount == 0 { try send(.hello(hello)) }
    }
  }
}
