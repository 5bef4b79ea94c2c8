/// eˣ, within 1.1 units in the last place; 0 below the least subnormal number, ∞ above the greatest finite one.
///
/// x = n·ln 2 + r with |r| ≤ ½ ln 2 (Cody and Waite: "Software Manual for the Elementary Functions", 1980), Cephes'
/// `expf` polynomial in r, and 2ⁿ in two factors so that a subnormal result is rounded once. It has no branch: loops
/// over it become vector instructions.
@inlinable @inline(__always)
package func exponential(_ x: Float) -> Float {
  let bounded = max(min(x, 89), -104)
  // Adding 1.5 · 2²³ rounds to the nearest integer and leaves it in the low bits.
  let rounder: Float = 0x1.8p23
  let shifted = multiplyAdd(bounded, 1.442_695_04, rounder)
  let n = shifted - rounder
  // ln 2 in two parts; n times the first is exact.
  var r = multiplyAdd(n, -0.693_359_375, bounded)
  r = multiplyAdd(n, 2.121_944_4e-4, r)
  var p = multiplyAdd(r, 1.987_569_15e-4, 1.398_199_95e-3)
  p = multiplyAdd(p, r, 8.333_451_9e-3)
  p = multiplyAdd(p, r, 4.166_579_6e-2)
  p = multiplyAdd(p, r, 1.666_666_55e-1)
  p = multiplyAdd(p, r, 0.5)
  p = multiplyAdd(p, r * r, r) + 1
  let power = Int32(bitPattern: shifted.bitPattern) &- Int32(bitPattern: rounder.bitPattern)
  let half = power &>> 1
  return p * powerOfTwo(half) * powerOfTwo(power &- half)
}

/// 2ⁿ for −126 ≤ n ≤ 127.
@inlinable @inline(__always)
func powerOfTwo(_ n: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: (n &+ 127) &<< 23)) }

/// ln(1 + x) for 0 ≤ x ≤ 1, within 2 units in the last place.
///
/// 2 artanh(s) with s = x / (2 + x) ≤ ⅓, by its Taylor series, whose remainder is below 2⁻²⁹ of the result.
@inlinable @inline(__always)
package func logarithmOfOnePlus(_ x: Float) -> Float {
  let s = x / (2 + x)
  let square = s * s
  var p = multiplyAdd(square, 1 / 15, 1 / 13)
  p = multiplyAdd(p, square, 1 / 11)
  p = multiplyAdd(p, square, 1 / 9)
  p = multiplyAdd(p, square, 1 / 7)
  p = multiplyAdd(p, square, 1 / 5)
  p = multiplyAdd(p, square, 1 / 3)
  let twice = s + s
  return multiplyAdd(p * square, twice, twice)
}

/// 1 / (1 + e⁻ˣ), within 2.5 units in the last place.
@inlinable @inline(__always)
package func logistic(_ x: Float) -> Float {
  let tail = exponential(-abs(x))
  return (x >= 0 ? 1 : tail) / (1 + tail)
}
