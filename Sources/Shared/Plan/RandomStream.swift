import Glibc

/// A counter-based generator: the number at a counter depends on the key and the counter alone, so that any process can
/// draw any number again. The mixer is the 64-bit finalizer "moremur" (Pelle Evensen, 2019), applied to the counter
/// spread by the golden ratio (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
package struct RandomStream: Sendable, Hashable {
  /// What numbers are drawn for. Two purposes never share a stream.
  package enum Purpose: UInt64, Sendable {
    case initialWeights = 1
    case epochOrder
    case negatives
    case split
    case evaluationNegatives
    case synthesis
    case simulation
    case dropout
    case clustering
    case identity
    case faults
  }

  package let key: UInt64

  package init(seed: UInt64, _ purpose: Purpose, _ first: UInt64 = 0, _ second: UInt64 = 0) {
    var key = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
    key = Self.mixed(key ^ (purpose.rawValue &* 0xD1B5_4A32_D192_ED03))
    key = Self.mixed(key ^ (first &* 0x8CB9_2BA7_2F3D_8DD7))
    self.key = Self.mixed(key ^ (second &* 0xABC9_8388_FB8F_AC03))
  }

  /// 64 uniform bits.
  @inlinable @inline(__always)
  package subscript(counter: UInt64) -> UInt64 {
    Self.mixed(key ^ (counter &* 0x9E37_79B9_7F4A_7C15))
  }

  /// A number in `0 ..< bound`, by multiplication; the bias is below `bound / 2³²`.
  @inlinable @inline(__always)
  package func index(below bound: UInt32, at counter: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: ((self[counter] >> 32) &* UInt64(bound)) >> 32)
  }

  /// A uniform number in (0, 1].
  package func uniform(at counter: UInt64) -> Double {
    Double((self[counter] >> 11) + 1) * 0x1p-53
  }

  /// A standard normal number (Box and Muller).
  package func normal(at counter: UInt64) -> Double {
    let radius = (-2 * log(uniform(at: 2 &* counter))).squareRoot()
    return radius * cos(2 * Double.pi * uniform(at: 2 &* counter &+ 1))
  }

  @inlinable @inline(__always)
  package static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 27)) &* 0x3C79_AC49_2BA7_B653
    bits = (bits ^ (bits >> 33)) &* 0x1C69_B3F7_4AC4_AE35
    return bits ^ (bits >> 27)
  }
}
