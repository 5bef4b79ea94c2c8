internal import CZeroMQ

/// One frame's bytes, owned. It is created by size and filled in place, and a send hands the same memory on without a
/// copy.
///
/// Received bytes have no alignment: load them unaligned or copy them.
@safe
package struct Message: ~Copyable {
  // Safety: initialized by libzmq in every init, closed in deinit. It has a place of its own in memory since libzmq
  // keeps small frames inside it, where a span must find them until the borrow ends.
  let header: UnsafeMutablePointer<zmq_msg_t>
  /// Where the place goes back to when the message is gone, if it came from there.
  private let places: MessagePlaces?

  /// `byteCount` zeros. Throws where memory does not suffice.
  package init(byteCount: Int) throws(ZeroMQError) {
    unsafe try self.init(uninitialized: byteCount)
    // Safety: libzmq has just reserved byteCount bytes.
    unsafe zmq_msg_data(header).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  /// The same with whatever the memory held: the caller writes every byte before anyone reads one.
  @unsafe package init(uninitialized byteCount: Int) throws(ZeroMQError) {
    precondition(byteCount >= 0, "a message of \(byteCount) bytes")
    let place = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)
    // Safety: the place is valid memory of the right size; on failure libzmq leaves nothing in it.
    guard unsafe zmq_msg_init_size(place, byteCount) == 0 else {
      let error = ZeroMQError.last("msg_init_size")
      unsafe place.deallocate()
      throw error
    }
    unsafe header = place
    places = nil
  }

  /// The content of `frame`, which is left empty.
  @unsafe
  init(takingContentOf frame: UnsafeMutablePointer<zmq_msg_t>, places: MessagePlaces) {
    unsafe header = places.take()
    self.places = places
    // Safety: both are initialized when they are moved; neither call can fail then.
    unsafe zmq_msg_init(header)
    let result = unsafe zmq_msg_move(header, frame)
    precondition(result == 0, "a frame that was not initialized")
  }

  /// A message of the same bytes, which both share.
  package init(sharing other: borrowing Message) throws(ZeroMQError) {
    unsafe try self.init(uninitialized: 0)
    // Safety: both are initialized; libzmq counts who shares the bytes.
    let result = unsafe zmq_msg_copy(header, other.header)
    precondition(result == 0, "a message that was not initialized")
  }

  deinit {
    // Safety: initialized in every init, and a sent message is left initialized and empty.
    unsafe zmq_msg_close(header)
    if let places { unsafe places.giveBack(header) } else { unsafe header.deallocate() }
  }

  package var byteCount: Int { unsafe zmq_msg_size(header) }

  package var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // Safety: the content stays where it is as long as the message is borrowed.
      let start = unsafe UnsafeRawPointer(zmq_msg_data(header)!)
      return unsafe _overrideLifetime(RawSpan(_unsafeStart: start, byteCount: byteCount), borrowing: self)
    }
  }

  package var mutableBytes: MutableRawSpan {
    @_lifetime(&self)
    mutating get {
      // Safety: the content has one owner, who is borrowed exclusively; it was initialized at init or by its sender.
      let start = unsafe zmq_msg_data(header)!
      return unsafe _overrideLifetime(MutableRawSpan(_unsafeStart: start, byteCount: byteCount), mutating: &self)
    }
  }
}

@available(*, unavailable)
extension Message: Sendable {}
