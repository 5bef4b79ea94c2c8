internal import CZeroMQ

/// The sockets and descriptors that one thread waits for; made once, waited on without allocating.
@safe
package struct PollSet: ~Copyable {
  /// A place in the set, which `add` gave out.
  package struct Slot: Hashable, Sendable {
    fileprivate let index: Int
  }

  // Safety: each item's address is that of the handle beside it, which is looked at before every wait.
  private var items: [zmq_pollitem_t] = unsafe []
  private var handles: [SocketHandle?] = []

  package init() {}

  /// Watches `socket` for messages. The socket must outlive the set's last wait.
  package mutating func add(_ socket: borrowing Socket) -> Slot {
    unsafe append(zmq_pollitem_t(socket: socket.handle.open, fd: 0, events: Self.readable, revents: 0), socket.handle)
  }

  /// Watches for a lost connection. The watch must outlive the set's last wait.
  package mutating func add(_ watch: borrowing DisconnectWatch) -> Slot {
    unsafe append(zmq_pollitem_t(socket: watch.handle.open, fd: 0, events: Self.readable, revents: 0), watch.handle)
  }

  /// Watches a file descriptor for bytes, its end or an error.
  package mutating func add(fileDescriptor: Int32) -> Slot {
    unsafe append(zmq_pollitem_t(socket: nil, fd: fileDescriptor, events: Self.readable, revents: 0), nil)
  }

  /// Watches a socket no more, which may then be closed.
  package mutating func remove(_ slot: Slot) {
    // Safety: poll(2) passes over a descriptor below 0.
    unsafe items[slot.index] = zmq_pollitem_t(socket: nil, fd: -1, events: 0, revents: 0)
    handles[slot.index] = nil
  }

  /// From now on also watches whether the socket at `slot` could send, or no longer does.
  package mutating func watchWritable(_ slot: Slot, _ isWatched: Bool) {
    unsafe items[slot.index].events = isWatched ? Self.readable | Self.writable : Self.readable
  }

  /// Waits until one is ready, for at most `timeout`, forever where that is nil; returns how many are ready. A signal
  /// ends the wait with 0.
  package mutating func wait(timeout: Duration?) throws(ZeroMQError) -> Int {
    for handle in handles where handle?.isOpen == false {
      preconditionFailure("a poll set still holds a closed \(handle!.kind) socket")
    }
    let milliseconds = timeout.map { Int($0.milliseconds) } ?? -1
    // Safety: the items are exclusively ours, and every socket in them is open.
    let count = unsafe items.withUnsafeMutableBufferPointer {
      unsafe zmq_poll($0.baseAddress, Int32($0.count), milliseconds)
    }
    if count >= 0 { return Int(count) }
    let error = ZeroMQError.last("poll")
    guard error.isInterruption else { throw error }
    for index in handles.indices { unsafe items[index].revents = 0 }
    return 0
  }

  /// Whether the last wait found something to receive at `slot`; for a descriptor also its end or an error.
  package func isReadable(_ slot: Slot) -> Bool {
    unsafe items[slot.index].revents & (Self.readable | Self.failed) != 0
  }

  /// Whether the last wait found that `slot` could send.
  package func isWritable(_ slot: Slot) -> Bool {
    unsafe items[slot.index].revents & Self.writable != 0
  }

  private mutating func append(_ item: zmq_pollitem_t, _ handle: SocketHandle?) -> Slot {
    unsafe items.append(item)
    handles.append(handle)
    return Slot(index: handles.count - 1)
  }

  private static let readable = Int16(ZMQ_POLLIN)
  private static let writable = Int16(ZMQ_POLLOUT)
  private static let failed = Int16(ZMQ_POLLERR)
}

@available(*, unavailable)
extension PollSet: Sendable {}
