/// An input of several byte strings, each behind a tag: tag 1, byte count 2, bytes. The last may be shorter than it
/// says, so that any input is a list.
package struct Parts {
  package private(set) var parts: [(tag: UInt8, bytes: [UInt8])] = []

  package init(_ bytes: RawSpan) {
    var offset = 0
    // Limit: no conversation that matters is longer.
    while offset + 3 <= bytes.byteCount, parts.count < 256 {
      let head = (0..<3).map { Self.byte(bytes, offset + $0) }
      let count = min(Int(head[1]) | Int(head[2]) << 8, bytes.byteCount - offset - 3)
      let part = bytes.extracting(offset + 3..<offset + 3 + count)
      // Safety: copied before the closure returns.
      parts.append((head[0], unsafe part.withUnsafeBytes { unsafe Array($0) }))
      offset += 3 + count
    }
  }

  /// The input of these parts.
  package static func joined(_ parts: [(tag: UInt8, bytes: [UInt8])]) -> [UInt8] {
    parts.flatMap { part in
      precondition(part.bytes.count <= Int(UInt16.max), "a part of \(part.bytes.count) bytes")
      return [part.tag, UInt8(part.bytes.count & 0xFF), UInt8(part.bytes.count >> 8)] + part.bytes
    }
  }

  private static func byte(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
    // Safety: any bits are a byte, and the load checks the offset.
    unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
