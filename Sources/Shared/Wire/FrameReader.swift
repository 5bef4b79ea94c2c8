/// Reads a frame from front to back. Numbers are little-endian and unaligned; every length is checked before it is
/// believed.
package struct FrameReader: ~Escapable {
  private let bytes: RawSpan
  private var offset = 0

  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan) {
    self.bytes = bytes
  }

  package var remaining: Int { bytes.byteCount - offset }

  package mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ field: StaticString, as type: Number.Type = Number.self
  ) throws(WireError) -> Number {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { throw WireError("\(field)", "is cut off at byte \(offset)") }
    // Safety: the bytes are inside the frame, and every bit pattern is a valid integer.
    let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self)
    offset += size
    return Number(littleEndian: value)
  }

  package mutating func float64(_ field: StaticString) throws(WireError) -> Double {
    Double(bitPattern: try number(field, as: UInt64.self))
  }

  /// A count that its field limits, so that no peer makes this process allocate more than a table can hold.
  package mutating func count(_ field: StaticString, atMost limit: Int) throws(WireError) -> Int {
    let value = try number(field, as: UInt32.self)
    guard value <= limit else { throw WireError("\(field)", "is \(value), above \(limit)") }
    return Int(value)
  }

  // Limit: a petabyte; a thousand processes' totals still add up to a number.
  private static let totalLimit: UInt64 = 1 << 50

  /// What a process has counted, which others will add up.
  package mutating func total(_ field: StaticString) throws(WireError) -> UInt64 {
    let value = try number(field, as: UInt64.self)
    guard value <= Self.totalLimit else { throw WireError("\(field)", "is \(value), above \(Self.totalLimit)") }
    return value
  }

  // Limit: a million steps a second for thirty thousand years; adding one never overflows.
  private static let optimizerStepLimit: UInt64 = 1 << 60

  /// How many steps an optimizer has taken.
  package mutating func optimizerStep() throws(WireError) -> UInt64 {
    let step = try number("optimizer step", as: UInt64.self)
    guard step <= Self.optimizerStepLimit else { throw WireError("optimizer step", "is \(step)") }
    return step
  }

  /// The next `byteCount` bytes, still in the frame.
  @_lifetime(copy self)
  package mutating func take(_ byteCount: Int, _ field: StaticString) throws(WireError) -> RawSpan {
    guard byteCount >= 0, remaining >= byteCount else {
      throw WireError("\(field)", "needs \(byteCount) bytes, \(remaining) are left")
    }
    defer { offset += byteCount }
    return bytes.extracting(offset..<offset + byteCount)
  }

  package mutating func text(_ field: StaticString, atMost limit: Int) throws(WireError) -> String {
    let raw = try byteArray(field, atMost: limit)
    guard let text = String(validating: raw, as: UTF8.self) else { throw WireError("\(field)", "is not UTF-8") }
    return text
  }

  package mutating func byteArray(_ field: StaticString, atMost limit: Int) throws(WireError) -> [UInt8] {
    let length = try count(field, atMost: limit)
    let raw = try take(length, field)
    // Safety: the closure copies what it sees before it returns.
    return unsafe raw.withUnsafeBytes { unsafe Array($0) }
  }

  /// Copies the next floats, which may lie unaligned in the frame.
  package mutating func floats(_ field: StaticString, into target: inout MutableSpan<Float>) throws(WireError) {
    let source = try take(4 * target.count, field)
    guard source.byteCount > 0 else { return }
    // Safety: both are as long as the other, and every bit pattern is a float.
    unsafe source.withUnsafeBytes { from in
      unsafe target.withUnsafeMutableBytes { to in unsafe to.copyMemory(from: from) }
    }
  }

  /// Copies the next rows, which must ascend strictly and stay below `limit`.
  package mutating func rows(
    _ field: StaticString, count: Int, below limit: Int, into target: inout [UInt32]
  ) throws(WireError) {
    let source = try take(4 * count, field)
    target.removeAll(keepingCapacity: true)
    target.reserveCapacity(count)
    var previous: Int64 = -1
    for index in 0..<count {
      // Safety: inside the span, and every bit pattern is an integer.
      let row = UInt32(littleEndian: unsafe source.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
      guard Int64(row) > previous, row < limit else {
        throw WireError("\(field)", "are not ascending below \(limit): \(row) after \(previous)")
      }
      previous = Int64(row)
      target.append(row)
    }
  }

  /// Nothing may follow the last field.
  package func finish() throws(WireError) {
    guard remaining == 0 else { throw WireError("frame", "has \(remaining) bytes too many") }
  }
}
