/// Writes a frame from front to back into memory of exactly its size, mostly a message that is about to be sent.
@safe
package struct FrameWriter: ~Copyable {
  // Safety: whoever makes a writer keeps the memory alive while it writes; every write is checked against its end.
  private let start: UnsafeMutableRawPointer
  private let capacity: Int
  package private(set) var byteCount = 0

  package init(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { preconditionFailure("a writer without memory") }
    unsafe start = base
    capacity = memory.count
  }

  package var isFull: Bool { byteCount == capacity }

  package mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ value: Number) {
    let size = MemoryLayout<Number>.size
    claim(size)
    // Safety: claimed above.
    unsafe start.storeBytes(of: value.littleEndian, toByteOffset: byteCount - size, as: Number.self)
  }

  package mutating func float64(_ value: Double) { number(value.bitPattern) }

  package mutating func bytes(_ values: RawSpan) {
    let size = values.byteCount
    claim(size)
    // Safety: claimed above; the span's memory is another's.
    unsafe values.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      unsafe (start + (byteCount - size)).copyMemory(from: base, byteCount: size)
    }
  }

  package mutating func floats(_ values: Span<Float>) { unsafe bytes(values.bytes) }
  package mutating func rows(_ values: Span<UInt32>) { unsafe bytes(values.bytes) }

  /// Memory for `byteCount` bytes that the caller fills at once.
  package mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    claim(byteCount)
    return unsafe UnsafeMutableRawBufferPointer(start: start + (self.byteCount - byteCount), count: byteCount)
  }

  /// Lends room for `count` floats that the caller writes in place.
  package mutating func withFloats(_ count: Int, _ body: (inout MutableSpan<Float>) -> Void) {
    withRoom(for: count, body)
  }

  /// Lends room for `count` half floats that the caller writes in place.
  package mutating func withHalves(_ count: Int, _ body: (inout MutableSpan<Float16>) -> Void) {
    withRoom(for: count, body)
  }

  private mutating func withRoom<Value: BinaryFloatingPoint & BitwiseCopyable>(
    for count: Int, _ body: (inout MutableSpan<Value>) -> Void
  ) {
    let size = MemoryLayout<Value>.size
    let room = unsafe reserve(size * count)
    guard let base = room.baseAddress, count > 0 else { return }
    precondition(
      UInt(bitPattern: base).isMultiple(of: UInt(size)),
      "floats of \(size) bytes at byte \(byteCount - size * count) of an unaligned frame")
    // Safety: claimed and aligned; the span ends with the call.
    let values = unsafe UnsafeMutableBufferPointer(start: base.assumingMemoryBound(to: Value.self), count: count)
    var span = unsafe MutableSpan(_unsafeElements: values)
    body(&span)
  }

  private mutating func claim(_ size: Int) {
    precondition(size <= capacity - byteCount, "\(size) bytes more than \(byteCount) of \(capacity) in a frame")
    byteCount += size
  }
}
