/// What a frame is; its first bytes say so, after the protocol's mark.
package enum FrameKind: UInt8, Sendable {
  case stepRequest = 1
  case stepReply
  case bulkRequest
  case bulkReply
  case control
  /// A server refuses a frame, and says why.
  case refusal
  /// A worker offers memory for the frames of its steps, the server takes the offer.
  case laneOffer
  case laneAcceptance
  /// The frame of that number stands in the memory; a server tells its backup so.
  case laneNotice
  /// A backup begins to follow its server, and says how much it has.
  case backupBegin
  case backupReceipt
  /// The two speak of memory that a worker shares with the server.
  case backupLane
}

/// The eight bytes that begin every frame.
package enum FrameMark {
  /// "NCF" and the protocol's version.
  static let magic: UInt32 = 0x0146_434E
  package static let byteCount = 8

  static func write(_ kind: FrameKind, into writer: inout FrameWriter) {
    writer.number(magic)
    writer.number(kind.rawValue)
    writer.number(UInt8(0))
    writer.number(UInt16(0))
  }

  /// The kind of a frame; its reader then stands behind the mark.
  package static func read(_ reader: inout FrameReader) throws(WireError) -> FrameKind {
    let found: UInt32 = try reader.number("mark")
    guard found == magic else {
      throw WireError("mark", "is \(String(found, radix: 16)): not this protocol, or another version")
    }
    let kind: UInt8 = try reader.number("kind")
    guard let kind = FrameKind(rawValue: kind) else { throw WireError("kind", "\(kind) is unknown") }
    let reserved: UInt8 = try reader.number("reserved byte")
    let reserved2: UInt16 = try reader.number("reserved bytes")
    guard reserved == 0, reserved2 == 0 else { throw WireError("reserved bytes", "are not zero") }
    return kind
  }
}

// Limit: the longest frame is a batch's rows: 2²⁰ samples touch at most 2²⁰ items of at most 8,193 floats; a
// practical job stays far below, so a frame of more than 1 GiB is a mistake or an attack.
package let frameByteLimit = 1 << 30
