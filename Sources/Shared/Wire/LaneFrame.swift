/// What processes of one machine say of memory that they share, beside the frames that they put there.
package enum LaneFrame: Sendable, Equatable {
  /// A worker's process has made memory, `[byteCount]`, and written `token` into it; `descriptor` is its name there.
  case offer(process: Int32, descriptor: Int32, byteCount: Int, token: UInt64)
  /// The server has found the memory of that token.
  case acceptance(token: UInt64)
  /// The frame of that number, counted per direction from 1 and around, stands in the memory, and its length with it.
  case notice(sequence: UInt32)

  private var kind: FrameKind {
    switch self {
    case .offer: .laneOffer
    case .acceptance: .laneAcceptance
    case .notice: .laneNotice
    }
  }

  package var byteCount: Int {
    switch self {
    case .offer: FrameMark.byteCount + 24
    case .acceptance: FrameMark.byteCount + 8
    case .notice: FrameMark.byteCount + 4
    }
  }

  package func write(into writer: inout FrameWriter) {
    FrameMark.write(kind, into: &writer)
    switch self {
    case .offer(let process, let descriptor, let byteCount, let token):
      writer.number(process)
      writer.number(descriptor)
      writer.number(UInt64(byteCount))
      writer.number(token)
    case .acceptance(let token): writer.number(token)
    case .notice(let sequence): writer.number(sequence)
    }
  }

  /// Reads a frame that is of these; nothing for those of other kinds.
  package init?(_ frame: RawSpan) throws(WireError) {
    var reader = FrameReader(frame)
    switch try FrameMark.read(&reader) {
    case .laneOffer:
      let (process, descriptor) = (
        try reader.number("process", as: Int32.self), try reader.number("descriptor", as: Int32.self)
      )
      self = .offer(
        process: process, descriptor: descriptor, byteCount: try Self.byteCount(&reader),
        token: try reader.number("token"))
    case .laneAcceptance: self = .acceptance(token: try reader.number("token"))
    case .laneNotice: self = .notice(sequence: try reader.number("sequence"))
    case .stepRequest, .stepReply, .bulkRequest, .bulkReply, .control, .refusal, .backupBegin, .backupReceipt,
      .backupLane:
      return nil
    }
    try reader.finish()
  }

  private static func byteCount(_ reader: inout FrameReader) throws(WireError) -> Int {
    let count = try reader.number("byte count", as: UInt64.self)
    guard count <= 2 * frameByteLimit else { throw WireError("byte count", "is \(count)") }
    return Int(count)
  }
}
