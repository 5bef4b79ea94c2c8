import CZeroMQ
import ZeroMQ

/// A peer that keeps to no protocol of ours: it speaks libzmq's own calls and sends messages of any number of parts.
struct Stranger {
  /// Connects under `name`, sends each message as the parts given, and closes after `body` has looked at what arrived.
  @discardableResult
  init(shouting messages: [[String]], named name: String, at endpoint: Endpoint, _ body: () throws -> Void) throws {
    // Safety: context and socket are closed below, in the order that libzmq asks for, and the texts live during each
    // call.
    let context = unsafe zmq_ctx_new()
    let socket = unsafe zmq_socket(context, ZMQ_DEALER)
    var linger: Int32 = 0
    unsafe zmq_setsockopt(socket, ZMQ_LINGER, &linger, 4)
    let bytes = Array(name.utf8)
    unsafe zmq_setsockopt(socket, ZMQ_ROUTING_ID, bytes, bytes.count)
    unsafe zmq_connect(socket, endpoint.description)
    for parts in messages {
      for (index, part) in parts.enumerated() {
        let text = Array(part.utf8)
        unsafe zmq_send(socket, text, text.count, index + 1 < parts.count ? ZMQ_SNDMORE : 0)
      }
    }
    defer {
      unsafe zmq_close(socket)
      unsafe zmq_ctx_term(context)
    }
    try body()
  }
}
