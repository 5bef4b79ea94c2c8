internal import CZeroMQ

/// Memory for the messages that one socket receives, used again and again. Not `Sendable`, like the messages.
@safe
final class MessagePlaces {
  // Safety: every place was allocated here, is in nobody's hands while it is in the list, and is freed with it.
  private var free: [UnsafeMutablePointer<zmq_msg_t>] = unsafe []

  deinit {
    while let place = unsafe free.popLast() { unsafe place.deallocate() }
  }

  @unsafe func take() -> UnsafeMutablePointer<zmq_msg_t> {
    unsafe free.popLast() ?? .allocate(capacity: 1)
  }

  @unsafe func giveBack(_ place: UnsafeMutablePointer<zmq_msg_t>) {
    unsafe free.append(place)
  }
}
