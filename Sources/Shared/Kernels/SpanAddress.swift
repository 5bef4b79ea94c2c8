// Kernels take a span's address once and then do without closures. Besides being flat to read, that avoids a fault of
// Swift 6.3 in release builds: a closure that may throw, is not inlined and ends in a copy (`update(from:count:)`)
// jumps to `memmove` without restoring the error register, and its caller believes that it threw.

extension Span<Float> {
  /// Where the floats stand; good as long as the span is. Nothing may be read there when the span is empty.
  @inlinable @inline(__always)
  package var address: UnsafePointer<Float> {
    // Safety: a span is a view of memory that outlives it, so the address outlives the closure.
    unsafe withUnsafeBufferPointer { $0.baseAddress } ?? UnsafePointer(bitPattern: 64)!
  }
}

extension MutableSpan<Float> {
  /// Where the floats stand; good as long as the span is. Nothing may be read or written there when the span is empty.
  @inlinable @inline(__always)
  package var address: UnsafeMutablePointer<Float> {
    mutating get {
      // Safety: a span is a view of memory that outlives it, so the address outlives the closure.
      unsafe withUnsafeMutableBufferPointer { $0.baseAddress } ?? UnsafeMutablePointer(bitPattern: 64)!
    }
  }
}
