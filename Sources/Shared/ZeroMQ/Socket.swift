/// A socket with one owner, created, used and closed on one thread; nothing it does waits. See zmq_socket(3).
package struct Socket: ~Copyable {
  /// What a socket is; see zmq_socket(3).
  package enum Kind: Sendable {
    /// Talks to those it connected to.
    case dealer
    /// Knows each of its peers by name.
    case router
    /// Hears what another socket of its process reports (`DisconnectWatch`).
    case pair
  }

  let handle: SocketHandle

  /// A socket that has been told everything in `options`. Throws where the context or the process is out of sockets.
  package init(context: Context, kind: Kind, options: SocketOptions = SocketOptions()) throws(ZeroMQError) {
    let opened = try SocketHandle(context, kind)
    try options.apply(to: opened)
    handle = opened
  }

  deinit {
    handle.close()
  }

  package var kind: Kind { handle.kind }

  /// How many messages were thrown away since they did not consist of one payload frame, or had a name of more than 32
  /// bytes.
  package var discardedCount: Int { handle.discardedCount }

  /// Listens at `endpoint` and returns where that is, with the port that was chosen for `*`. Throws where the place is
  /// taken, also for ipc, whose paths libzmq would silently take over.
  @discardableResult
  package func bind(_ endpoint: Endpoint) throws(ZeroMQError) -> Endpoint {
    try handle.bind(endpoint)
    return try Endpoint(handle.lastEndpoint())
  }

  /// Connects to `endpoint` in the background, now and again whenever the connection is lost.
  package func connect(_ endpoint: Endpoint) throws(ZeroMQError) {
    try handle.connect(endpoint)
  }

  /// Queues `message` for whom this dealer is connected to.
  package func send(_ message: consuming Message) throws(ZeroMQError) -> SendOutcome {
    precondition(kind == .dealer, "a router sends to a peer by name")
    switch try handle.send(message) {
    case .sent: return .sent
    case .wouldBlock: return .wouldBlock(message)
    case .unreachable: return .unreachable
    }
  }

  /// Queues `message` for the peer of that name.
  package func send(to peer: PeerIdentity, _ message: consuming Message) throws(ZeroMQError) -> SendOutcome {
    precondition(kind == .router, "a dealer does not name its peer")
    switch try handle.send(peer) {
    case .sent: break
    case .wouldBlock: return .wouldBlock(message)
    case .unreachable: return .unreachable
    }
    // The router has chosen the peer's queue and found room, so that the payload follows or the peer has just gone.
    switch try handle.send(message) {
    case .sent: return .sent
    case .wouldBlock, .unreachable: return .unreachable
    }
  }

  /// Queues a copy of a few bytes for whom this dealer is connected to; up to 33 take no memory of their own.
  package func send(copying bytes: RawSpan) throws(ZeroMQError) -> SendResult {
    precondition(kind == .dealer, "a router sends to a peer by name")
    return try handle.send(copying: bytes)
  }

  /// Queues a copy of a few bytes for the peer of that name.
  package func send(copying bytes: RawSpan, to peer: PeerIdentity) throws(ZeroMQError) -> SendResult {
    precondition(kind == .router, "a dealer does not name its peer")
    switch try handle.send(peer) {
    case .sent: break
    case .wouldBlock: return .wouldBlock
    case .unreachable: return .unreachable
    }
    switch try handle.send(copying: bytes) {
    case .sent: return .sent
    case .wouldBlock, .unreachable: return .unreachable
    }
  }

  /// The next message to this dealer, or nil where there is none now.
  package func receive() throws(ZeroMQError) -> Message? {
    precondition(kind == .dealer, "a router receives from a peer")
    for _ in 0..<Self.discardsPerCall {
      guard try handle.receiveFrame() else { return nil }
      if !handle.frameHasMore { return handle.takeFrame() }
      try discardRest()
    }
    return nil
  }

  /// The next message to this router and its sender, or nil where there is none now.
  package func receiveFromPeer() throws(ZeroMQError) -> Delivery? {
    precondition(kind == .router, "a dealer does not know its peer's name")
    for _ in 0..<Self.discardsPerCall {
      guard try handle.receiveFrame() else { return nil }
      let peer = handle.frameIdentity
      guard handle.frameHasMore, try handle.receiveFrame() else {
        handle.discardedCount += 1
        continue
      }
      if let peer, !handle.frameHasMore { return Delivery(peer: peer, message: handle.takeFrame()) }
      try discardRest()
    }
    return nil
  }

  /// Limit: messages that one call throws away before its caller gets to look at its other sockets; a poll comes back
  /// at once.
  private static let discardsPerCall = 64

  /// Throws away the rest of the message that the last frame belongs to. All its frames are here: libzmq delivers it
  /// whole.
  private func discardRest() throws(ZeroMQError) {
    handle.discardedCount += 1
    while handle.frameHasMore, try handle.receiveFrame() {}
  }
}

@available(*, unavailable)
extension Socket: Sendable {}
