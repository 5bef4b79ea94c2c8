internal import CZeroMQ

/// Messages that stay at hand in numbered slots: those that may have to be sent again, and those that have arrived
/// before their turn. The bytes of a message are shared with libzmq, not copied, and its slots take no memory of their
/// own after init. Not `Sendable`, like the messages.
@safe
package final class MessageRing {
  package let count: Int
  // Safety: all are initialized in init and closed in deinit; the last one is what a send hands to libzmq.
  private let slots: UnsafeMutablePointer<zmq_msg_t>
  private let places = MessagePlaces()

  package init(count: Int) {
    precondition(count > 0, "a ring of \(count) messages")
    self.count = count
    unsafe slots = .allocate(capacity: count + 1)
    // Safety: the memory is valid, and this call cannot fail.
    for slot in 0...count { unsafe zmq_msg_init(slots + slot) }
  }

  deinit {
    // Safety: as many as were initialized.
    for slot in 0...count { unsafe zmq_msg_close(slots + slot) }
    unsafe slots.deallocate()
  }

  private func place(_ slot: Int) -> UnsafeMutablePointer<zmq_msg_t> {
    precondition(slot >= 0 && slot < count, "slot \(slot) of \(count)")
    return unsafe slots + slot
  }

  /// Makes a message of `byteCount` bytes in a slot, in the place of what was there. Throws where memory does not
  /// suffice.
  /// - Parameter write: writes every byte
  package func fill(
    _ slot: Int, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(ZeroMQError) {
    let message = unsafe place(slot)
    // Safety: closed before it is made anew; on failure libzmq leaves nothing in it, and an empty one takes its place.
    unsafe zmq_msg_close(message)
    guard unsafe zmq_msg_init_size(message, byteCount) == 0 else {
      let error = ZeroMQError.last("msg_init_size")
      unsafe zmq_msg_init(message)
      throw error
    }
    // Safety: as long as libzmq has just made it.
    unsafe write(UnsafeMutableRawBufferPointer(start: zmq_msg_data(message), count: byteCount))
  }

  /// Forgets what is in a slot.
  package func clear(_ slot: Int) {
    // Safety: closed before it is made anew.
    unsafe zmq_msg_close(place(slot))
    unsafe zmq_msg_init(place(slot))
  }

  /// Keeps a message in a slot.
  package func hold(_ message: consuming Message, at slot: Int) {
    // Safety: both are initialized; the content moves, and an empty message is left.
    let result = unsafe zmq_msg_move(place(slot), message.header)
    precondition(result == 0, "a message that was not initialized")
  }

  /// The message in a slot, which is left empty.
  package func take(_ slot: Int) -> Message { unsafe Message(takingContentOf: place(slot), places: places) }

  /// A message of the same bytes as that in a slot, for a send, which leaves it empty or as it is.
  func copy(of slot: Int) -> UnsafeMutablePointer<zmq_msg_t> {
    let copy = unsafe slots + count
    // Safety: both are initialized; libzmq counts who shares the bytes.
    let result = unsafe zmq_msg_copy(copy, place(slot))
    precondition(result == 0, "a message that was not initialized")
    return unsafe copy
  }
}

extension Socket {
  /// Queues the message in a slot, which stays there, for whom this dealer is connected to.
  package func send(copyOf slot: Int, in ring: MessageRing) throws(ZeroMQError) -> SendResult {
    precondition(kind == .dealer, "a router sends to a peer by name")
    return try unsafe handle.send(ring.copy(of: slot))
  }

  /// Queues the message in a slot, which stays there, for the peer of that name.
  package func send(copyOf slot: Int, in ring: MessageRing, to peer: PeerIdentity) throws(ZeroMQError) -> SendResult {
    precondition(kind == .router, "a dealer does not name its peer")
    switch try handle.send(peer) {
    case .sent: break
    case .wouldBlock: return .wouldBlock
    case .unreachable: return .unreachable
    }
    // The router has chosen the peer's queue and found room, so that the payload follows or the peer has just gone.
    switch try unsafe handle.send(ring.copy(of: slot)) {
    case .sent: return .sent
    case .wouldBlock, .unreachable: return .unreachable
    }
  }
}

@available(*, unavailable)
extension MessageRing: Sendable {}
