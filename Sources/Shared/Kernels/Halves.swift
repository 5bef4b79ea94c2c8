// IEEE half floats, rounded to the nearest, ties to even. With F16C eight of them are one instruction; without, the
// compiler calls its library, which gives the same bits.

/// The greatest finite half float.
private let greatestHalf: Float = 65504

/// `target[i] = half(source[i])`; what is beyond the greatest half float becomes infinite.
/// - Parameters:
///   - source, target: equally long
package func roundToHalves(_ source: Span<Float>, into target: inout MutableSpan<Float16>) {
  let count = target.count
  precondition(source.count == count, "\(source.count) floats into \(count) halves")
  for index in 0..<count { target[index] = Float16(source[index]) }
}

/// `target[i] = source[i] · factor`.
/// - Parameters:
///   - source: half floats, which may stand at any address, `[target.count]`
///   - factor: a power of two, so that nothing is lost
package func widenHalves(_ source: RawSpan, times factor: Float, into target: inout MutableSpan<Float>) {
  let count = target.count
  precondition(source.byteCount == 2 * count, "\(source.byteCount) bytes of halves into \(count) floats")
  for index in 0..<count {
    // Safety: inside the span, as checked, and any bits are a half float.
    let half = unsafe source.unsafeLoadUnaligned(fromUncheckedByteOffset: 2 &* index, as: Float16.self)
    target[index] = Float(half) * factor
  }
}

/// Makes half floats of gradients, and keeps what the rounding loses for the next gradient of the same row (error
/// feedback: Seide et al. 2014, "1-Bit Stochastic Gradient Descent and its Application to Data-Parallel Distributed
/// Training of Speech DNNs", section 3):
/// `sum = values[i]·factor + remainders[row]`, `values[i] = half(sum)`, `remainders[row] = sum − values[i]`.
/// What is beyond the greatest half float becomes that, and the rest waits in the remainder.
/// - Parameters:
///   - rows: whose gradients these are, each once, `[n]`
///   - values: `[n × width]`; half floats afterwards, in units of `1 / factor`
///   - remainders: `[rows of the table × width]`, in the same units
package func roundRows(
  _ rows: Span<UInt32>, _ values: inout MutableSpan<Float>, width: Int, times factor: Float,
  remainders: inout MutableSpan<Float>
) {
  precondition(
    width >= 0 && values.count == rows.count * width, "\(values.count) floats for \(rows.count) rows of \(width)")
  precondition(
    rowCount(rows) * width <= remainders.count, "row \(rowCount(rows) - 1) of \(width) in \(remainders.count)")
  // Safety: the checks above bound every row that is named.
  var value = unsafe values.address
  let start = unsafe remainders.address
  for index in 0..<rows.count {
    unsafe roundRow(value, start + Int(rows[index]) &* width, width, times: factor)
    unsafe value += width
  }
}

@inline(__always)
private func roundRow(
  _ values: UnsafeMutablePointer<Float>, _ remainders: UnsafeMutablePointer<Float>, _ width: Int, times factor: Float
) {
  var lane = 0
  // Safety: the caller answers for `width` floats at both addresses.
  while lane &+ 8 <= width {
    let scaled: SIMD8 = unsafe loadVector(values + lane) * factor
    let sum = unsafe scaled + loadVector(remainders + lane)
    // Neither comparison holds for what is not a number, which therefore stays what it is.
    let bounded = sum.replacing(with: greatestHalf, where: sum .> greatestHalf)
      .replacing(with: -greatestHalf, where: sum .< -greatestHalf)
    let rounded = SIMD8<Float>(SIMD8<Float16>(bounded))
    unsafe storeVector(rounded, at: values + lane)
    unsafe storeVector(sum - rounded, at: remainders + lane)
    lane &+= 8
  }
  while lane < width {
    let sum = unsafe values[lane] * factor + remainders[lane]
    let bounded = sum > greatestHalf ? greatestHalf : sum < -greatestHalf ? -greatestHalf : sum
    let rounded = Float(Float16(bounded))
    unsafe values[lane] = rounded
    unsafe remainders[lane] = sum - rounded
    lane &+= 1
  }
}
