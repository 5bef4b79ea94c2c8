/// A run of floats that is loaded, multiplied and stored as one: the columns of a register tile.
protocol Line {
  static var width: Int { get }
  init(at address: UnsafePointer<Float>)
  /// `self + scalar · line`, lane by lane, as `multiplyAdd` rounds it.
  func adding(_ scalar: Float, times line: Self) -> Self
  func store(at address: UnsafeMutablePointer<Float>)
}

extension Line where Self: SIMD, Scalar == Float {
  @inline(__always)
  static var width: Int { scalarCount }

  @inline(__always)
  init(at address: UnsafePointer<Float>) {
    // Safety: the caller answers for `width` floats at the address.
    self = unsafe loadVector(address)
  }

  /// Only the first `count` floats exist at the address; the other lanes become 0.
  @inline(__always)
  init(at address: UnsafePointer<Float>, count: Int) {
    self = Self.zero
    // Safety: the caller answers for `count` floats at the address.
    for lane in 0..<Swift.min(count, Self.scalarCount) { self[lane] = unsafe address[lane] }
  }

  @inline(__always)
  func adding(_ scalar: Float, times line: Self) -> Self { multiplyAdd(Self(repeating: scalar), line, self) }

  @inline(__always)
  func store(at address: UnsafeMutablePointer<Float>) {
    // Safety: the caller answers for `width` floats at the address.
    unsafe storeVector(self, at: address)
  }

  /// Stores the first `count` lanes.
  @inline(__always)
  func store(at address: UnsafeMutablePointer<Float>, count: Int) {
    // Safety: the caller answers for `count` floats at the address.
    for lane in 0..<Swift.min(count, Self.scalarCount) { unsafe address[lane] = self[lane] }
  }
}

extension SIMD8<Float>: Line {}
extension SIMD16<Float>: Line {}

/// Two lines side by side.
struct WideLine<Half: Line>: Line {
  var left: Half
  var right: Half

  @inline(__always)
  static var width: Int { 2 * Half.width }

  @inline(__always)
  init(left: Half, right: Half) {
    self.left = left
    self.right = right
  }

  @inline(__always)
  init(at address: UnsafePointer<Float>) {
    // Safety: the caller answers for `width` floats at the address.
    left = unsafe Half(at: address)
    right = unsafe Half(at: address + Half.width)
  }

  @inline(__always)
  func adding(_ scalar: Float, times line: Self) -> Self {
    Self(left: left.adding(scalar, times: line.left), right: right.adding(scalar, times: line.right))
  }

  @inline(__always)
  func store(at address: UnsafeMutablePointer<Float>) {
    // Safety: the caller answers for `width` floats at the address.
    unsafe left.store(at: address)
    unsafe right.store(at: address + Half.width)
  }
}
