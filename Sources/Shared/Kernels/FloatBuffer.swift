/// Floats that one owner keeps, aligned for vector loads. It is the only place where the numeric modules own raw
/// memory; all else sees spans of it.
@safe
package struct FloatBuffer: ~Copyable, @unchecked Sendable {
  package let count: Int
  // Safety: allocated in init, released in deinit, never handed out beyond a borrow; one owner, so moving it between
  // threads is sound.
  private let start: UnsafeMutablePointer<Float>

  /// A cache line, and the width of the widest vector.
  private static let alignment = 64

  /// `count` zeros.
  package init(count: Int) {
    precondition(count >= 0, "a buffer of \(count) floats")
    self.count = count
    // Safety: the memory is initialized in full before anything reads it.
    unsafe start = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * 4, alignment: Self.alignment)
      .bindMemory(to: Float.self, capacity: max(1, count))
    unsafe start.initialize(repeating: 0, count: max(1, count))
  }

  deinit {
    unsafe start.deallocate()
  }

  package var span: Span<Float> {
    @_lifetime(borrow self)
    borrowing get {
      // Safety: the span borrows self, so the memory outlives it.
      unsafe _overrideLifetime(Span(_unsafeStart: start, count: count), borrowing: self)
    }
  }

  package var mutableSpan: MutableSpan<Float> {
    @_lifetime(&self)
    mutating get {
      // Safety: the span borrows self exclusively.
      unsafe _overrideLifetime(MutableSpan(_unsafeStart: start, count: count), mutating: &self)
    }
  }

  package subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "float \(index) of \(count)")
      return unsafe start[index]
    }
    set {
      precondition(index >= 0 && index < count, "float \(index) of \(count)")
      unsafe start[index] = newValue
    }
  }
}

extension FloatBuffer {
  /// Sets the first `length` floats to zero.
  package mutating func clear(_ length: Int) {
    precondition(length >= 0 && length <= count, "the first \(length) floats of \(count)")
    var span = mutableSpan
    for index in 0..<length { span[index] = 0 }
  }
}
