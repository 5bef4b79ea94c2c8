/// `sums[s] = left[lefts[s]] + right[rights[s]]`, row by row: the first layer's sums from the products of distinct
/// rows.
/// - Parameters:
///   - lefts, rights: `[n]`, which row each sample takes
///   - rows: where the rows of both `left` and `right` stand
///   - width: floats of a row, a multiple of 8
///   - sums: `[n × width]` without gaps
package func gatherSums(
  _ lefts: Span<UInt32>, of left: Span<Float>, _ rights: Span<UInt32>, of right: Span<Float>, _ rows: RowLayout,
  width: Int,
  into sums: inout MutableSpan<Float>
) {
  let count = lefts.count
  precondition(rights.count == count, "\(count) left rows and \(rights.count) right rows")
  precondition(width.isMultiple(of: 8), "\(width) floats a row")
  precondition(count * width <= sums.count, "\(count) rows of \(width) floats in \(sums.count)")
  rows.check(rowCount(lefts), of: width, in: left.count)
  rows.check(rowCount(rights), of: width, in: right.count)
  guard count > 0, width > 0 else { return }
  // Safety: the checks above bound every row that an index names, and the sums.
  let leftStart = unsafe left.address + rows.offset
  let rightStart = unsafe right.address + rows.offset
  var target = unsafe sums.address
  for sample in 0..<count {
    let a = unsafe leftStart + Int(lefts[sample]) * rows.stride
    let b = unsafe rightStart + Int(rights[sample]) * rows.stride
    var lane = 0
    while lane + 16 <= width {
      unsafe storeVector(loadVector(a + lane, as: SIMD16.self) + loadVector(b + lane), at: target + lane)
      lane += 16
    }
    if lane < width {
      unsafe storeVector(loadVector(a + lane, as: SIMD8.self) + loadVector(b + lane), at: target + lane)
    }
    unsafe target += width
  }
}
