/// A keyed permutation of `0 ..< count` that needs no memory: a Feistel network over the next power of four, walked
/// until it lands inside (Black and Rogaway: "Ciphers with arbitrary finite domains", 2002). An epoch's order is one
/// of these, so any place in it can be computed alone.
package struct IndexPermutation: Sendable {
  package let count: Int
  @usableFromInline let halfBits: UInt64
  @usableFromInline let halfMask: UInt64
  @usableFromInline let keys: (UInt64, UInt64, UInt64, UInt64)

  package init(count: Int, stream: RandomStream) {
    precondition(count >= 0, "a permutation of \(count) things")
    self.count = count
    let bits = count <= 1 ? 1 : UInt64.bitWidth - (UInt64(count) - 1).leadingZeroBitCount
    halfBits = UInt64((bits + 1) / 2)
    halfMask = (1 << halfBits) - 1
    keys = (stream[0], stream[1], stream[2], stream[3])
  }

  /// The element at `position`; every element of `0 ..< count` stands at exactly one position.
  @inlinable @inline(__always)
  package subscript(position: Int) -> Int {
    precondition(position >= 0 && position < count, "position \(position) of a permutation of \(count)")
    var value = UInt64(position)
    repeat { value = enciphered(value) } while value >= UInt64(count)
    return Int(value)
  }

  @inlinable @inline(__always)
  func enciphered(_ value: UInt64) -> UInt64 {
    var left = value >> halfBits
    var right = value & halfMask
    (left, right) = (right, left ^ (RandomStream.mixed(right ^ keys.0) & halfMask))
    (left, right) = (right, left ^ (RandomStream.mixed(right ^ keys.1) & halfMask))
    (left, right) = (right, left ^ (RandomStream.mixed(right ^ keys.2) & halfMask))
    (left, right) = (right, left ^ (RandomStream.mixed(right ^ keys.3) & halfMask))
    return left << halfBits | right
  }
}
