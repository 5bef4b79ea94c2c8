internal import CZeroMQ

/// Tells that a socket has lost a connection that it had, as when the process at its other end ends; see
/// zmq_socket_monitor(3). Its thread is the socket's.
package struct DisconnectWatch: ~Copyable {
  let handle: SocketHandle

  /// Watches a socket, from before it connects on.
  package init(of socket: borrowing Socket) throws(ZeroMQError) {
    // Safety: the address is only a name.
    let name = unsafe "inproc://disconnects-\(UInt(bitPattern: socket.handle.open))"
    // Safety: libzmq reads the text before it returns.
    guard unsafe zmq_socket_monitor(socket.handle.open, name, ZMQ_EVENT_DISCONNECTED) == 0 else {
      throw ZeroMQError.last("socket_monitor")
    }
    let opened = try SocketHandle(socket.handle.context, .pair)
    // Safety: libzmq reads the text before it returns.
    guard unsafe zmq_connect(opened.open, name) == 0 else { throw ZeroMQError.last("connect") }
    handle = opened
  }

  deinit { handle.close() }

  /// Whether a connection was lost since the last time.
  package func hasSeenOne() throws(ZeroMQError) -> Bool {
    var isSeen = false
    while try handle.receiveFrame() { isSeen = true }
    return isSeen
  }
}

@available(*, unavailable)
extension DisconnectWatch: Sendable {}
