/// `target[i] = source[places[i]]`, row by row.
/// - Parameters:
///   - places: which rows of `source` are taken, `[n]`
///   - source: `[rows × width]`
///   - target: `[n × width]` or longer
package func gatherRows(
  _ places: Span<UInt32>, of source: Span<Float>, width: Int, into target: inout MutableSpan<Float>
) {
  precondition(
    width >= 0 && places.count * width <= target.count, "\(places.count) rows of \(width) in \(target.count)")
  precondition(rowCount(places) * width <= source.count, "row \(rowCount(places) - 1) of \(width) in \(source.count)")
  // Safety: the checks above bound every row that a place names, and the target.
  let start = unsafe source.address
  var row = unsafe target.address
  for index in 0..<places.count {
    unsafe copyRow(start + Int(places[index]) &* width, to: row, width)
    unsafe row += width
  }
}

/// Merges two gradients of ascending rows: a row that both have is `left + right`, in this order; a row that one has is
/// copied, not added to zero.
/// - Parameters:
///   - leftRows, rightRows: strictly ascending
///   - left, right: their values, `[rows × width]`
///   - rows: the rows of the result, strictly ascending; appended to, and empty before
///   - target: the values of the result; as long as both together
package func mergeRows(
  _ leftRows: Span<UInt32>, _ left: Span<Float>, _ rightRows: Span<UInt32>, _ right: Span<Float>, width: Int,
  into rows: inout [UInt32], _ target: inout MutableSpan<Float>
) {
  let (leftCount, rightCount) = (leftRows.count, rightRows.count)
  precondition(left.count >= leftCount * width, "\(left.count) floats for \(leftCount) rows of \(width)")
  precondition(right.count >= rightCount * width, "\(right.count) floats for \(rightCount) rows of \(width)")
  precondition(target.count >= (leftCount + rightCount) * width, "\(target.count) floats for the merged rows")
  rows.reserveCapacity(leftCount + rightCount)
  // Safety: the checks above bound every row of both sides, and as many of the target as both have together.
  var leftRow = unsafe left.address
  var rightRow = unsafe right.address
  var row = unsafe target.address
  var (leftIndex, rightIndex) = (0, 0)
  while leftIndex < leftCount, rightIndex < rightCount {
    let (first, second) = (leftRows[leftIndex], rightRows[rightIndex])
    if first == second {
      unsafe addRows(leftRow, rightRow, to: row, width)
    } else {
      unsafe copyRow(first < second ? leftRow : rightRow, to: row, width)
    }
    rows.append(min(first, second))
    let (takesLeft, takesRight) = (first <= second ? 1 : 0, second <= first ? 1 : 0)
    leftIndex &+= takesLeft
    rightIndex &+= takesRight
    unsafe leftRow += takesLeft &* width
    unsafe rightRow += takesRight &* width
    unsafe row += width
  }
  let leftOver = leftCount - leftIndex
  let rightOver = rightCount - rightIndex
  unsafe copyRow(leftRow, to: row, leftOver * width)
  unsafe copyRow(rightRow, to: row + leftOver * width, rightOver * width)
  for index in leftIndex..<leftCount { rows.append(leftRows[index]) }
  for index in rightIndex..<rightCount { rows.append(rightRows[index]) }
}

@inline(__always)
private func copyRow(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ width: Int) {
  var lane = 0
  // Safety: the caller answers for `width` floats at both addresses.
  while lane &+ 8 <= width {
    unsafe storeVector(loadVector(source + lane, as: SIMD8.self), at: target + lane)
    lane &+= 8
  }
  while lane < width {
    unsafe target[lane] = source[lane]
    lane &+= 1
  }
}

@inline(__always)
private func addRows(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ width: Int
) {
  var lane = 0
  // Safety: the caller answers for `width` floats at all three addresses.
  while lane &+ 8 <= width {
    unsafe storeVector(loadVector(left + lane, as: SIMD8.self) + loadVector(right + lane), at: target + lane)
    lane &+= 8
  }
  while lane < width {
    unsafe target[lane] = left[lane] + right[lane]
    lane &+= 1
  }
}
