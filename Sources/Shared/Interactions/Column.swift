import Glibc

/// Values that one owner keeps and that grow at the end. Large columns grow in place by remapping pages (man 3
/// realloc), so that growing neither copies nor needs twice the memory.
@safe
package struct Column<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  package private(set) var count = 0
  private var capacity: Int
  // Safety: `capacity` elements from malloc, of which `count` are initialized; one owner, released in deinit.
  @usableFromInline var start: UnsafeMutablePointer<Element>

  /// An empty column with room for `capacity` values.
  package init(capacity: Int = 1024) {
    precondition(capacity >= 0, "a column of \(capacity) values")
    self.capacity = max(1, capacity)
    unsafe start = Self.resized(nil, to: self.capacity)
  }

  /// `count` times one value.
  package init(repeating value: Element, count: Int) {
    self.init(capacity: count)
    unsafe start.initialize(repeating: value, count: count)
    self.count = count
  }

  deinit {
    unsafe free(start)
  }

  package subscript(index: Int) -> Element {
    @inline(__always) get {
      precondition(index >= 0 && index < count, "value \(index) of \(count)")
      return unsafe start[index]
    }
    @inline(__always) set {
      precondition(index >= 0 && index < count, "value \(index) of \(count)")
      unsafe start[index] = newValue
    }
  }

  @inline(__always)
  package mutating func append(_ value: Element) {
    if count == capacity { grow() }
    unsafe (start + count).initialize(to: value)
    count += 1
  }

  /// Drops all but the first `count` values, and gives their memory back.
  package mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count, "\(count) of \(self.count) values")
    self.count = count
    capacity = max(1, count)
    // Safety: the values that are dropped need no end.
    unsafe start = Self.resized(start, to: capacity)
  }

  package var span: Span<Element> {
    @_lifetime(borrow self)
    borrowing get {
      // Safety: the span borrows self, so the memory outlives it.
      unsafe _overrideLifetime(Span(_unsafeStart: start, count: count), borrowing: self)
    }
  }

  /// The values at `places`, in a new column: value `i` goes to place `places[i]`, a permutation.
  package func scattered(to places: borrowing Column<UInt32>) -> Column {
    precondition(places.count == count, "\(places.count) places for \(count) values")
    var result = Column(capacity: count)
    for index in 0..<count {
      let place = Int(places[index])
      precondition(place < count, "place \(place) of \(count)")
      // Safety: within the capacity; a permutation initializes every place.
      unsafe (result.start + place).initialize(to: start[index])
    }
    result.count = count
    return result
  }

  private mutating func grow() {
    capacity = max(1024, capacity + capacity / 2)
    unsafe start = Self.resized(start, to: capacity)
  }

  private static func resized(_ memory: UnsafeMutablePointer<Element>?, to capacity: Int) -> UnsafeMutablePointer<
    Element
  > {
    let byteCount = capacity * MemoryLayout<Element>.stride
    // Safety: realloc keeps the values that fit, and malloc's alignment serves every number.
    guard let memory = unsafe realloc(memory, byteCount) else {
      preconditionFailure("no memory for a column of \(byteCount) bytes")
    }
    return unsafe memory.bindMemory(to: Element.self, capacity: capacity)
  }
}
