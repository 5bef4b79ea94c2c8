/// The name under which a router knows a peer: 1 to 32 bytes, kept inline.
package struct PeerIdentity: Hashable, Sendable, CustomStringConvertible {
  /// Limit: libzmq allows 255 bytes; 5 are what it makes up by itself, and 32 hold a role, a number and a random
  /// incarnation.
  package static let maximumByteCount = 32

  package let byteCount: Int
  private let words: InlineWords

  /// Nil where there are no bytes or more than 32.
  package init?(_ bytes: RawSpan) {
    guard bytes.byteCount > 0, bytes.byteCount <= Self.maximumByteCount else { return nil }
    var words = InlineWords()
    for offset in 0..<bytes.byteCount {
      // Safety: the offset is within the span, and any byte is a UInt8.
      words.set(unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self), at: offset)
    }
    self.byteCount = bytes.byteCount
    self.words = words
  }

  /// The UTF-8 bytes of `name`; nil where there are none or more than 32, or where the first is 0, which libzmq
  /// reserves.
  package init?(_ name: String) {
    let bytes = name.utf8
    guard let first = bytes.first, first != 0, bytes.count <= Self.maximumByteCount else { return nil }
    var words = InlineWords()
    for (offset, byte) in bytes.enumerated() { words.set(byte, at: offset) }
    self.byteCount = bytes.count
    self.words = words
  }

  package subscript(offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "byte \(offset) of an identity of \(byteCount)")
    return words[offset]
  }

  /// The bytes for the duration of `body`, which copies them.
  @unsafe
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    // Safety: the words are 32 bytes on their own, and only the first byteCount of them are shown.
    unsafe withUnsafeBytes(of: words) { unsafe body(UnsafeRawBufferPointer(rebasing: $0[0..<byteCount])) }
  }

  /// The text where all bytes print, or else their hexadecimal digits.
  package var description: String {
    let bytes = (0..<byteCount).map { words[$0] }
    if bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) { return String(decoding: bytes, as: UTF8.self) }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// Thirty-two bytes; those never set are zero.
private struct InlineWords: Hashable, Sendable {
  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var third: UInt64 = 0
  private var fourth: UInt64 = 0

  subscript(offset: Int) -> UInt8 {
    let word =
      switch offset >> 3 {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    return UInt8(truncatingIfNeeded: word >> (UInt64(offset & 7) * 8))
  }

  mutating func set(_ byte: UInt8, at offset: Int) {
    let bits = UInt64(byte) << (UInt64(offset & 7) * 8)
    switch offset >> 3 {
    case 0: first |= bits
    case 1: second |= bits
    case 2: third |= bits
    default: fourth |= bits
    }
  }
}
