package import Wire
package import ZeroMQ

extension Message {
  /// A message of exactly `byteCount` bytes, written in place.
  package static func framed(
    byteCount: Int, _ write: (inout FrameWriter) -> Void
  ) throws(ZeroMQError) -> Message {
    // Safety: every byte is written below, or the precondition stops the program.
    var message = try unsafe Message(uninitialized: byteCount)
    var bytes = message.mutableBytes
    // Safety: the writer ends before the span of the message does.
    unsafe bytes.withUnsafeMutableBytes { memory in
      var writer = unsafe FrameWriter(memory)
      write(&writer)
      precondition(writer.isFull, "\(writer.byteCount) bytes written of \(byteCount)")
    }
    return message
  }

  /// A control message as a frame.
  package static func control(_ message: ControlMessage) throws(ZeroMQError) -> Message {
    let encoded = message.encoded()
    return try framed(byteCount: encoded.count) { writer in unsafe writer.bytes(encoded.span.bytes) }
  }
}

extension SendOutcome {
  /// Whether the message is queued for its peer.
  package consuming func isSent() -> Bool {
    switch consume self {
    case .sent: true
    case .wouldBlock: false
    case .unreachable: false
    }
  }
}

extension ControlMessage {
  /// Reads a whole frame that must be a control message.
  package init(frame: RawSpan) throws(WireError) {
    var reader = FrameReader(frame)
    guard try FrameMark.read(&reader) == .control else { throw WireError("kind", "is not a control message") }
    try self.init(from: &reader)
  }
}
