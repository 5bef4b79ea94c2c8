package import Wire

extension ControlMessage {
  /// Reads a whole frame that must be a control message.
  package init(frame: RawSpan) throws(WireError) {
    var reader = FrameReader(frame)
    guard try FrameMark.read(&reader) == .control else { throw WireError("kind", "is not a control message") }
    try self.init(from: &reader)
  }
}
