/// `C = A ⊙ (1·weights)`: every row of A, element by element.
/// - Parameters:
///   - a, c: `[rows × width]`; exactly `width` floats of each row are read or written
///   - weights: `[width]`
package func scaleRows(
  _ rows: Int, of a: Span<Float>, _ aRows: RowLayout, by weights: Span<Float>, into c: inout MutableSpan<Float>,
  _ cRows: RowLayout
) {
  let width = weights.count
  aRows.check(rows, of: width, in: a.count)
  cRows.check(rows, of: width, in: c.count)
  guard rows > 0, width > 0 else { return }
  // Safety: the checks above bound every row.
  for column in stride(from: 0, to: width, by: 8) {
    let left = min(8, width - column)
    let scale = unsafe SIMD8(at: weights.address + column, count: left)
    var source = unsafe a.address + (aRows.offset + column)
    var target = unsafe c.address + (cRows.offset + column)
    for _ in 0..<rows {
      if left == 8 {
        unsafe (SIMD8(at: source) * scale).store(at: target)
      } else {
        unsafe (SIMD8(at: source, count: left) * scale).store(at: target, count: left)
      }
      unsafe source += aRows.stride
      unsafe target += cRows.stride
    }
  }
}

/// `C = slopes·weightsᵀ`: each row is the weights times the row's slope.
/// - Parameters:
///   - slopes: `[rows]` or more
///   - weights: `[width]`, a multiple of 8
///   - c: `[rows × width]` without gaps
package func multiplyOuter(_ rows: Int, _ slopes: Span<Float>, _ weights: Span<Float>, into c: inout MutableSpan<Float>)
{
  let width = weights.count
  precondition(rows <= slopes.count, "\(rows) rows and \(slopes.count) slopes")
  precondition(width.isMultiple(of: 8), "rows of \(width) floats")
  precondition(rows * width <= c.count, "\(rows) rows of \(width) floats in \(c.count)")
  guard rows > 0, width > 0 else { return }
  // Safety: the checks above bound every row.
  for column in stride(from: 0, to: width, by: 8) {
    let line = unsafe SIMD8(at: weights.address + column)
    var target = unsafe c.address + column
    for row in 0..<rows {
      unsafe (line * slopes[row]).store(at: target)
      unsafe target += width
    }
  }
}

/// `c += Σ a ⊙ b`, summed over the rows in order: the gradient of weights that scale rows.
/// - Parameters:
///   - a, b: `[rows × width]`; exactly `width` floats of each row are read
///   - c: `[width]` from `offset` on
package func accumulateProducts(
  _ rows: Int, of a: Span<Float>, _ aRows: RowLayout, by b: Span<Float>, _ bRows: RowLayout, width: Int,
  into c: inout MutableSpan<Float>, at offset: Int
) {
  aRows.check(rows, of: width, in: a.count)
  bRows.check(rows, of: width, in: b.count)
  precondition(offset >= 0 && offset + width <= c.count, "\(width) sums from \(offset) on in \(c.count)")
  guard rows > 0, width > 0 else { return }
  // Safety: the checks above bound every row and the sums.
  for column in stride(from: 0, to: width, by: 8) {
    let left = min(8, width - column)
    let target = unsafe c.address + (offset + column)
    var total = unsafe SIMD8(at: target, count: left)
    var first = unsafe a.address + (aRows.offset + column)
    var second = unsafe b.address + (bRows.offset + column)
    for _ in 0..<rows {
      if left == 8 {
        total = unsafe multiplyAdd(SIMD8(at: first), SIMD8(at: second), total)
      } else {
        total = unsafe multiplyAdd(SIMD8(at: first, count: left), SIMD8(at: second, count: left), total)
      }
      unsafe first += aRows.stride
      unsafe second += bRows.stride
    }
    unsafe total.store(at: target, count: left)
  }
}

/// `values ⊙= factors`, element by element.
/// - Parameters:
///   - range: which factors are meant
///   - values: as many floats from `offset` on
package func scaleElements(
  _ range: Range<Int>, of factors: Span<Float>, onto values: inout MutableSpan<Float>, at offset: Int
) {
  precondition(range.lowerBound >= 0 && range.upperBound <= factors.count, "factors \(range) of \(factors.count)")
  precondition(offset >= 0 && offset + range.count <= values.count, "\(range.count) values from \(offset) on")
  guard !range.isEmpty else { return }
  // Safety: the range and as many values exist, as checked.
  let source = unsafe factors.address + range.lowerBound
  let target = unsafe values.address + offset
  for index in 0..<range.count { unsafe target[index] *= source[index] }
}
