/// The twenty bytes that stand before every frame between processes: whose frame it is, its number, and how far the
/// other direction has arrived. Alone they fit the 33 bytes that libzmq keeps without memory of their own.
package struct LinkHeader: Equatable, Sendable {
  package enum Kind: UInt8, Sendable {
    /// A frame stands behind the header.
    case frame = 1
    /// Nothing stands behind it.
    case acknowledgement
    /// Who sends this has no part in the conversation that a frame belonged to: it was started since.
    case stranger
  }
  package static let byteCount = 20
  /// "NCL"; the kind is the fourth byte.
  private static let mark: UInt32 = 0x004C_434E

  package var kind: Kind
  /// The life of the process that sends it.
  package var from: UInt32
  /// That of the process that it is for; 0 where nothing was heard of it yet.
  package var to: UInt32
  /// Counts the frames of its direction, from 0 and around.
  package var sequence: UInt32
  /// The number of the frame that is expected next of the other direction: all before it have arrived.
  package var acknowledged: UInt32

  package init(kind: Kind, from: UInt32, to: UInt32, sequence: UInt32, acknowledged: UInt32) {
    self.kind = kind
    self.from = from
    self.to = to
    self.sequence = sequence
    self.acknowledged = acknowledged
  }

  package func write(into writer: inout FrameWriter) {
    writer.number(Self.mark | UInt32(kind.rawValue) << 24)
    writer.number(from)
    writer.number(to)
    writer.number(sequence)
    writer.number(acknowledged)
  }

  /// Reads the header of a message.
  /// - Throws: for what is of another protocol, or has no place in this one.
  package init(_ message: RawSpan) throws(WireError) {
    var reader = FrameReader(message)
    let mark: UInt32 = try reader.number("link mark")
    guard mark & 0xFF_FFFF == Self.mark else {
      throw WireError("link mark", "is \(String(mark, radix: 16)): not this protocol, or another version")
    }
    guard let kind = Kind(rawValue: UInt8(mark >> 24)) else { throw WireError("link kind", "\(mark >> 24) is unknown") }
    self.kind = kind
    from = try reader.number("sender's life")
    guard from != 0 else { throw WireError("sender's life", "is 0") }
    to = try reader.number("receiver's life")
    sequence = try reader.number("sequence")
    acknowledged = try reader.number("acknowledgement")
    if kind != .frame { try reader.finish() }
  }
}
