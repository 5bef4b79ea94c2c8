internal import CZeroMQ

/// Everything that a socket is told at its birth; nothing is left to libzmq's defaults. See zmq_setsockopt(3).
package struct SocketOptions: Sendable {
  /// How long a closed socket still tries to send what is queued; finite, so that a process always ends.
  package var linger: Duration = .seconds(1)
  /// Limit: frames queued per peer. A window of a few frames per peer is what the protocol has in flight; the rest is
  /// slack.
  package var sendHighWater = 64
  package var receiveHighWater = 64
  /// Queue for finished connections only, so that a send before the handshake says so, and no frame meant for a peer
  /// that died reaches the one that took its place. Its price: when a peer closes, what it sent last and is not yet
  /// read may be lost, about one time in ten, so that a last word needs an answer before its sender closes.
  package var immediate = true
  /// Limit: the largest frame that a peer may send, in bytes; a larger one ends its connection. The frames of a step
  /// stay below 8 MiB, and eight times that is room for the first pull of a worker's rows.
  package var maximumMessageByteCount = 64 << 20
  /// ZMTP heartbeats, answered by the I/O thread: they find a dead host, not a stuck program.
  package var heartbeatInterval: Duration = .seconds(2)
  package var heartbeatTimeout: Duration = .seconds(15)
  package var heartbeatLifetime: Duration = .seconds(15)
  package var handshakeTimeout: Duration = .seconds(10)
  package var connectTimeout: Duration = .seconds(10)
  package var reconnectInterval: Duration = .milliseconds(50)
  package var reconnectMaximum: Duration = .seconds(1)
  /// The name under which routers know this socket; nil lets each router make one up. A new one per incarnation.
  package var routingID: PeerIdentity?
  /// A router's send to an unknown or full peer says so instead of dropping the frame.
  package var routerMandatory = true
  /// Whether a second peer of the same name takes the first one's place.
  package var routerHandover = false
  package var tcpKeepalive = true
  package var tcpKeepaliveIdle: Duration = .seconds(30)
  package var tcpKeepaliveInterval: Duration = .seconds(10)
  package var tcpKeepaliveCount = 3
  /// The kernel's buffers, in bytes; nil leaves them to the kernel, which tunes tcp by itself.
  package var kernelSendByteCount: Int?
  package var kernelReceiveByteCount: Int?
  package var ipv6 = false
  /// Encryption; nil sends in the clear.
  package var curve: CurveRole?
  /// Limit: connections that wait to be accepted; a job's members arrive at once.
  package var backlog = 512

  package init() {}

  func apply(to socket: SocketHandle) throws(ZeroMQError) {
    try socket.set(ZMQ_LINGER, linger.milliseconds)
    try socket.set(ZMQ_SNDHWM, Int32(sendHighWater))
    try socket.set(ZMQ_RCVHWM, Int32(receiveHighWater))
    try socket.set(ZMQ_IMMEDIATE, immediate ? 1 : 0)
    try socket.set(ZMQ_MAXMSGSIZE, wide: Int64(maximumMessageByteCount))
    try socket.set(ZMQ_HEARTBEAT_IVL, heartbeatInterval.milliseconds)
    try socket.set(ZMQ_HEARTBEAT_TIMEOUT, heartbeatTimeout.milliseconds)
    try socket.set(ZMQ_HEARTBEAT_TTL, heartbeatLifetime.milliseconds)
    try socket.set(ZMQ_HANDSHAKE_IVL, handshakeTimeout.milliseconds)
    try socket.set(ZMQ_CONNECT_TIMEOUT, connectTimeout.milliseconds)
    try socket.set(ZMQ_RECONNECT_IVL, reconnectInterval.milliseconds)
    try socket.set(ZMQ_RECONNECT_IVL_MAX, reconnectMaximum.milliseconds)
    try socket.set(ZMQ_TCP_KEEPALIVE, tcpKeepalive ? 1 : 0)
    try socket.set(ZMQ_TCP_KEEPALIVE_IDLE, tcpKeepaliveIdle.milliseconds / 1000)
    try socket.set(ZMQ_TCP_KEEPALIVE_INTVL, tcpKeepaliveInterval.milliseconds / 1000)
    try socket.set(ZMQ_TCP_KEEPALIVE_CNT, Int32(tcpKeepaliveCount))
    try socket.set(ZMQ_SNDBUF, kernelSendByteCount.map { Int32($0) } ?? -1)
    try socket.set(ZMQ_RCVBUF, kernelReceiveByteCount.map { Int32($0) } ?? -1)
    try socket.set(ZMQ_IPV6, ipv6 ? 1 : 0)
    try socket.set(ZMQ_BACKLOG, Int32(backlog))
    if let routingID { try socket.setRoutingID(routingID) }
    if let curve { try curve.apply(to: socket) }
    switch socket.kind {
    case .dealer:
      try socket.set(ZMQ_PROBE_ROUTER, 0)
    case .router:
      try socket.set(ZMQ_ROUTER_MANDATORY, routerMandatory ? 1 : 0)
      try socket.set(ZMQ_ROUTER_HANDOVER, routerHandover ? 1 : 0)
    case .pair: break
    }
  }
}

extension Duration {
  /// Whole milliseconds, rounded up, so that a wait is never shorter than asked.
  var milliseconds: Int32 {
    let (seconds, attoseconds) = components
    let (whole, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
    let total = seconds * 1000 + whole + (rest > 0 ? 1 : 0)
    precondition(total >= 0 && total <= Int64(Int32.max), "a wait of \(self)")
    return Int32(total)
  }
}
