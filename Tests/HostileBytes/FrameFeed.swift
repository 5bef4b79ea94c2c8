import Plan
import Wire

/// Reads a frame of any kind. What is read must give the same frame when it is written again.
enum FrameFeed {
  // Limit: rows and dense weights of a small server.
  private static let rowLimit = 64
  private static let width = 3

  static func feed(_ frame: RawSpan) -> Verdict {
    do throws(WireError) {
      try read(frame)
      return .value
    } catch {
      return .refused(error.description)
    }
  }

  private static func read(_ frame: RawSpan) throws(WireError) {
    var reader = FrameReader(frame)
    switch try FrameMark.read(&reader) {
    case .stepRequest: try readRequest(&reader, frame)
    case .stepReply:
      let reply = try StepReply(from: &reader, rowLimit: rowLimit, denseLimit: rowLimit)
      var floats = [Float](repeating: 0, count: reply.dense + reply.rows * width)
      var span = floats.mutableSpan
      try reader.floats("rows", into: &span)
      try reader.finish()
      check(frame, from: 0, StepReply.headerByteCount) { reply.write(into: &$0) }
      precondition(reply.byteCount(width: width, wire: .fp32) == frame.byteCount, "\(reply) of \(frame.byteCount)")
    case .bulkRequest:
      let request = try BulkRequest(from: &reader)
      check(frame, from: 0, BulkRequest.headerByteCount) { request.write(into: &$0) }
    case .bulkReply:
      let reply = try BulkRequest(from: &reader)
      check(frame, from: 0, BulkRequest.headerByteCount) { reply.writeReply(into: &$0) }
    case .control:
      let message = try ControlMessage(from: &reader)
      let encoded = message.encoded()
      // Safety: bytes have no padding.
      precondition(isEqual(frame, unsafe encoded.span.bytes), "\(message) is written as \(encoded)")
    case .refusal:
      let reason = try Refusal.read(&reader)
      check(frame, from: 0, Refusal.byteCount(reason)) { Refusal.write(reason, into: &$0) }
    case .laneOffer, .laneAcceptance, .laneNotice:
      guard let lane = try LaneFrame(frame) else { preconditionFailure("a lane frame that is none") }
      check(frame, from: 0, lane.byteCount) { lane.write(into: &$0) }
      precondition(lane.byteCount == frame.byteCount, "\(lane) of \(frame.byteCount)")
    case .backupBegin, .backupReceipt, .backupLane:
      guard let backup = try BackupFrame(frame) else { preconditionFailure("a backup's frame that is none") }
      check(frame, from: 0, backup.byteCount) { backup.write(into: &$0) }
      precondition(backup.byteCount == frame.byteCount, "\(backup) of \(frame.byteCount)")
    }
  }

  private static func readRequest(_ reader: inout FrameReader, _ frame: RawSpan) throws(WireError) {
    let request = try StepRequest(from: &reader, rowLimit: rowLimit)
    check(frame, from: 0, StepRequest.headerByteCount) { request.write(into: &$0) }
    var rows: [UInt32] = []
    for _ in 0..<request.contributions {
      let start = frame.byteCount - reader.remaining
      let (node, count) = try StepRequest.readContribution(from: &reader, rowLimit: rowLimit)
      check(frame, from: start, StepRequest.contributionHeaderByteCount) {
        StepRequest.writeContribution(node, rows: count, into: &$0)
      }
      precondition(node.shards.count == 1 << Int(node.level), "\(node) holds \(node.shards)")
      try reader.rows("item rows", count: count, below: rowLimit, into: &rows)
      _ = try reader.take(4 * count * width, "item gradients")
      _ = try reader.take(4 * width, "dense gradient")
    }
    try reader.rows("wanted rows", count: request.wantedRows, below: rowLimit, into: &rows)
    try reader.finish()
  }

  /// What `write` writes must be what stands in the frame.
  private static func check(
    _ frame: RawSpan, from start: Int, _ byteCount: Int, _ write: (inout FrameWriter) -> Void
  ) {
    // Safety: the memory lives for the call, and is as long as what is written.
    unsafe withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { memory in
      var writer = unsafe FrameWriter(memory)
      write(&writer)
      precondition(writer.isFull, "\(writer.byteCount) bytes written of \(byteCount)")
      let written = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory))
      precondition(
        isEqual(frame.extracting(start..<start + byteCount), written), "bytes from \(start) on are written otherwise")
    }
  }

  private static func isEqual(_ left: RawSpan, _ right: RawSpan) -> Bool {
    guard left.byteCount == right.byteCount else { return false }
    // Safety: both are compared within their counts, while they live.
    return unsafe left.withUnsafeBytes { left in unsafe right.withUnsafeBytes { unsafe left.elementsEqual($0) } }
  }
}
