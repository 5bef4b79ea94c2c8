internal import CZeroMQ

/// The address of libzmq's socket, shared by the `Socket` that owns it and the poll sets that watch it. Not `Sendable`:
/// a socket stays on its thread.
@safe
final class SocketHandle {
  let kind: Socket.Kind
  let context: Context
  // Safety: nil after close, and everything goes through `open`, so that nobody reaches a closed socket.
  private var raw: UnsafeMutableRawPointer?
  // Safety: initialized in init, closed in deinit; frames are received here first, so that an empty queue costs no
  // allocation.
  private let frame: UnsafeMutablePointer<zmq_msg_t>
  private let places = MessagePlaces()
  var discardedCount = 0

  init(_ context: Context, _ kind: Socket.Kind) throws(ZeroMQError) {
    self.kind = kind
    self.context = context
    let type =
      switch kind {
      case .dealer: ZMQ_DEALER
      case .router: ZMQ_ROUTER
      case .pair: ZMQ_PAIR
      }
    unsafe frame = .allocate(capacity: 1)
    // Safety: the frame is valid memory of the right size; this call cannot fail.
    unsafe zmq_msg_init(frame)
    // Safety: the context is open as long as someone holds it.
    unsafe raw = zmq_socket(context.handle.raw, type)
    if unsafe raw == nil { throw ZeroMQError.last("socket") }
  }

  deinit {
    close()
    // Safety: initialized in init, and nobody can hold it any more.
    unsafe zmq_msg_close(frame)
    unsafe frame.deallocate()
  }

  func close() {
    // Safety: once only, since the address is forgotten at once.
    if let raw = unsafe raw { unsafe zmq_close(raw) }
    unsafe raw = nil
  }

  var isOpen: Bool { unsafe raw != nil }

  /// The open socket.
  var open: UnsafeMutableRawPointer {
    guard let raw = unsafe raw else { preconditionFailure("a closed \(kind) socket was used") }
    return unsafe raw
  }

  func set(_ option: Int32, _ value: Int32) throws(ZeroMQError) {
    var value = value
    // Safety: libzmq copies four bytes before it returns.
    let result = unsafe zmq_setsockopt(open, option, &value, MemoryLayout<Int32>.size)
    if result != 0 { throw ZeroMQError.last("setsockopt", endpoint: nil) }
  }

  func set(_ option: Int32, wide value: Int64) throws(ZeroMQError) {
    var value = value
    // Safety: libzmq copies eight bytes before it returns.
    let result = unsafe zmq_setsockopt(open, option, &value, MemoryLayout<Int64>.size)
    if result != 0 { throw ZeroMQError.last("setsockopt", endpoint: nil) }
  }

  /// - Parameter text: what zmq_setsockopt(3) wants with the zero behind it
  func set(_ option: Int32, text: String) throws(ZeroMQError) {
    let bytes = Array(text.utf8CString)
    // Safety: libzmq copies the bytes before it returns.
    let result = unsafe zmq_setsockopt(open, option, bytes, bytes.count)
    if result != 0 { throw ZeroMQError.last("setsockopt", endpoint: nil) }
  }

  func setRoutingID(_ identity: PeerIdentity) throws(ZeroMQError) {
    let bytes = (0..<identity.byteCount).map { identity[$0] }
    // Safety: libzmq copies the bytes before it returns.
    let result = unsafe zmq_setsockopt(open, ZMQ_ROUTING_ID, bytes, bytes.count)
    if result != 0 { throw ZeroMQError.last("setsockopt", endpoint: nil) }
  }

  /// Where the last bind ended up, for endpoints with a wildcard in them.
  func lastEndpoint() throws(ZeroMQError) -> String {
    var text = [CChar](repeating: 0, count: 1024)
    var byteCount = text.count
    // Safety: libzmq writes at most byteCount bytes, the last of them 0, and says how many.
    let result = unsafe zmq_getsockopt(open, ZMQ_LAST_ENDPOINT, &text, &byteCount)
    if result != 0 { throw ZeroMQError.last("getsockopt", endpoint: nil) }
    return String(decoding: text.prefix(max(0, byteCount - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Queues the message's bytes, which are libzmq's from then on. False where that would block or nobody is there; the
  /// reason is `blocked`'s to tell.
  func send(_ message: borrowing Message) throws(ZeroMQError) -> SendResult {
    try unsafe send(message.header)
  }

  /// The same of a message that someone else keeps.
  @unsafe
  func send(_ message: UnsafeMutablePointer<zmq_msg_t>) throws(ZeroMQError) -> SendResult {
    // Safety: libzmq takes the bytes and leaves an empty message, or leaves it as it is.
    try sendResult { unsafe zmq_msg_send(message, open, ZMQ_DONTWAIT) }
  }

  /// Queues the first of two frames, the peer's name.
  func send(_ peer: PeerIdentity) throws(ZeroMQError) -> SendResult {
    try sendResult {
      // Safety: libzmq copies the bytes before it returns.
      unsafe peer.withBytes { unsafe zmq_send(open, $0.baseAddress, $0.count, ZMQ_DONTWAIT | ZMQ_SNDMORE) }
    }
  }

  /// Queues a copy of a few bytes.
  func send(copying bytes: RawSpan) throws(ZeroMQError) -> SendResult {
    try sendResult {
      // Safety: libzmq copies the bytes before it returns.
      unsafe bytes.withUnsafeBytes { unsafe zmq_send(open, $0.baseAddress, $0.count, ZMQ_DONTWAIT) }
    }
  }

  private func sendResult(_ call: () -> Int32) throws(ZeroMQError) -> SendResult {
    while call() < 0 {
      let error = ZeroMQError.last("msg_send", endpoint: nil)
      if error.isWouldBlock { return .wouldBlock }
      if error.isUnreachable { return .unreachable }
      if !error.isInterruption { throw error }
    }
    return .sent
  }

  /// Receives one frame into `frame`; false where there is none.
  func receiveFrame() throws(ZeroMQError) -> Bool {
    // Safety: the frame is initialized; what it held before is released by libzmq.
    while unsafe zmq_msg_recv(frame, open, ZMQ_DONTWAIT) < 0 {
      let error = ZeroMQError.last("msg_recv", endpoint: nil)
      if error.isWouldBlock { return false }
      if !error.isInterruption { throw error }
    }
    return true
  }

  /// Whether the frame is followed by another of the same message.
  var frameHasMore: Bool { unsafe zmq_msg_more(frame) != 0 }

  var frameIdentity: PeerIdentity? {
    // Safety: the frame's content stays while the span is read.
    let bytes = unsafe RawSpan(_unsafeStart: zmq_msg_data(frame)!, byteCount: zmq_msg_size(frame))
    return PeerIdentity(bytes)
  }

  func takeFrame() -> Message { unsafe Message(takingContentOf: frame, places: places) }
}

/// What became of one frame that was to be sent without waiting; its sender still has the bytes.
package enum SendResult: Sendable {
  /// It is queued for its peer.
  case sent
  /// The peer's queue is full, or a dealer has no connection yet.
  case wouldBlock
  /// No peer of that identity is connected.
  case unreachable
}
