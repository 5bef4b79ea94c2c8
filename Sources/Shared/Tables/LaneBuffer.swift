import CPrefetch

/// Floats that a vector instruction takes at once. Rows are padded to whole lanes, so that no loop has a remainder.
typealias Lanes = SIMD8<Float>

/// Lanes that one owner keeps. It is the only place in this module that owns raw memory; all else sees spans of it.
@safe
struct LaneBuffer: ~Copyable, @unchecked Sendable {
  let count: Int
  // Safety: allocated in init, released in deinit, never handed out beyond a borrow; one owner, so moving it between
  // threads is sound.
  private let start: UnsafeMutablePointer<Lanes>

  /// A cache line.
  private static let alignment = 64

  /// `count` lanes of zeros.
  init(count: Int) {
    precondition(count >= 0, "a buffer of \(count) lanes")
    self.count = count
    // Safety: the memory is initialized in full before anything reads it.
    unsafe start = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, count) * MemoryLayout<Lanes>.stride, alignment: Self.alignment
    ).bindMemory(to: Lanes.self, capacity: max(1, count))
    unsafe start.initialize(repeating: .zero, count: max(1, count))
  }

  deinit {
    unsafe start.deallocate()
  }

  var span: Span<Lanes> {
    @_lifetime(borrow self)
    borrowing get {
      // Safety: the span borrows self, so the memory outlives it.
      unsafe _overrideLifetime(Span(_unsafeStart: start, count: count), borrowing: self)
    }
  }

  var mutableSpan: MutableSpan<Lanes> {
    @_lifetime(&self)
    mutating get {
      // Safety: the span borrows self exclusively.
      unsafe _overrideLifetime(MutableSpan(_unsafeStart: start, count: count), mutating: &self)
    }
  }

  /// Brings lanes into the first cache, for what comes soon.
  @inline(__always)
  func prefetch(_ range: Range<Int>) {
    var index = range.lowerBound
    while index < range.upperBound {
      // Safety: a prefetch of any address does nothing worse than nothing.
      unsafe CPrefetch.prefetch(start + index)
      index &+= Self.alignment / MemoryLayout<Lanes>.stride
    }
  }

  mutating func set(_ value: Lanes, at index: Int) {
    var span = mutableSpan
    span[index] = value
  }
}

extension Lanes {
  static let width = 8

  /// Lanes that hold `count` floats.
  @inline(__always)
  static func covering(_ count: Int) -> Int { (count + width - 1) / width }
}

extension RawSpan {
  /// The first `count` floats from `offset`, zeros behind them.
  @inline(__always)
  func lanes(at offset: Int, count: Int) -> Lanes {
    precondition(
      offset >= 0 && count >= 0 && offset &+ min(count, Lanes.width) &* 4 <= byteCount,
      "\(count) floats at byte \(offset) of \(byteCount)")
    if count >= Lanes.width {
      // Safety: any bits are a float, and the eight from `offset` lie inside the span.
      return unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Lanes.self)
    }
    var lanes = Lanes.zero
    for lane in 0..<count {
      // Safety: the same for `count` floats.
      lanes[lane] = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset + lane * 4, as: Float.self)
    }
    return lanes
  }
}

extension MutableRawSpan {
  /// Writes the first `count` floats at `offset`.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func setLanes<Vector: SIMD & BitwiseCopyable>(_ lanes: Vector, at offset: Int, count: Int)
  where Vector.Scalar: BitwiseCopyable {
    let size = MemoryLayout<Vector.Scalar>.size
    precondition(
      offset >= 0 && count >= 0 && offset &+ min(count, Lanes.width) &* size <= byteCount,
      "\(count) floats at byte \(offset) of \(byteCount)")
    if count >= Lanes.width {
      // Safety: the eight floats from `offset` lie inside the span.
      unsafe storeBytes(of: lanes, toUncheckedByteOffset: offset, as: Vector.self)
    } else {
      for lane in 0..<count { storeBytes(of: lanes[lane], toByteOffset: offset + lane * size, as: Vector.Scalar.self) }
    }
  }
}

extension Span<Float> {
  /// The lanes at `8 × block`; beyond the end, zeros.
  @inline(__always)
  func lanes(_ block: Int) -> Lanes {
    let offset = block &* Lanes.width
    // Safety: floats have no padding.
    return unsafe bytes.lanes(at: offset &* 4, count: count &- offset)
  }
}

/// What weights may be read as.
protocol LaneValue: BitwiseCopyable {
  /// Eight of them.
  associatedtype Vector: SIMD & BitwiseCopyable where Vector.Scalar: BitwiseCopyable
  static func vector(of lanes: Lanes) -> Vector
}

extension Float: LaneValue {
  @inline(__always)
  static func vector(of lanes: Lanes) -> Lanes { lanes }
}

extension Float16: LaneValue {
  /// Rounded to the nearest, ties to even.
  @inline(__always)
  static func vector(of lanes: Lanes) -> SIMD8<Float16> { SIMD8<Float16>(lanes) }
}

extension MutableSpan where Element: LaneValue {
  /// Writes the lanes that belong at `8 × block`, as far as the span reaches.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func setLanes(_ block: Int, _ lanes: Lanes) {
    let offset = block &* Lanes.width
    let left = count &- offset
    // Safety: any bits that are written are floats.
    var bytes = unsafe mutableBytes
    bytes.setLanes(Element.vector(of: lanes), at: offset &* MemoryLayout<Element>.size, count: left)
  }
}
