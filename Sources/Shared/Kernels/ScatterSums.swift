/// The gradients of the rows that samples gathered: `leftSums[lefts[s]] += gradients[s]` and the same on the right,
/// in the order of the samples.
/// - Parameters:
///   - lefts, rights: `[n]`, which row each sample took
///   - gradients: `[n × width]` without gaps
///   - rows: where the rows of both `leftSums` and `rightSums` stand
///   - width: floats of a row, a multiple of 8
package func scatterSums(
  _ gradients: Span<Float>, width: Int, _ lefts: Span<UInt32>, into leftSums: inout MutableSpan<Float>,
  _ rights: Span<UInt32>, into rightSums: inout MutableSpan<Float>, _ rows: RowLayout
) {
  let count = lefts.count
  precondition(rights.count == count, "\(count) left rows and \(rights.count) right rows")
  precondition(width.isMultiple(of: 8), "\(width) floats a row")
  precondition(count * width <= gradients.count, "\(count) rows of \(width) floats in \(gradients.count)")
  rows.check(rowCount(lefts), of: width, in: leftSums.count)
  rows.check(rowCount(rights), of: width, in: rightSums.count)
  guard count > 0, width > 0 else { return }
  // Safety: the checks above bound every row that an index names, and the gradients.
  var source = unsafe gradients.address
  let leftStart = unsafe leftSums.address + rows.offset
  let rightStart = unsafe rightSums.address + rows.offset
  for sample in 0..<count {
    let a = unsafe leftStart + Int(lefts[sample]) * rows.stride
    let b = unsafe rightStart + Int(rights[sample]) * rows.stride
    var lane = 0
    while lane + 16 <= width {
      let gradient = unsafe loadVector(source + lane, as: SIMD16.self)
      unsafe storeVector(loadVector(a + lane) + gradient, at: a + lane)
      unsafe storeVector(loadVector(b + lane) + gradient, at: b + lane)
      lane += 16
    }
    if lane < width {
      let gradient = unsafe loadVector(source + lane, as: SIMD8.self)
      unsafe storeVector(loadVector(a + lane) + gradient, at: a + lane)
      unsafe storeVector(loadVector(b + lane) + gradient, at: b + lane)
    }
    unsafe source += width
  }
}

/// The gradients of rows whose dot products the samples took: `leftSums[l] += slopes[s] · right[r]` and
/// `rightSums[r] += slopes[s] · left[l]`, in the order of the samples.
/// - Parameters:
///   - slopes: `[n]` or more, the gradient of each dot product
///   - lefts, rights: `[n]`, which row each sample took
///   - rows: where the rows of all four matrices stand
///   - width: floats of a row, a multiple of 8
package func scatterProducts(
  _ slopes: Span<Float>, width: Int, _ lefts: Span<UInt32>, of left: Span<Float>,
  into leftSums: inout MutableSpan<Float>,
  _ rights: Span<UInt32>, of right: Span<Float>, into rightSums: inout MutableSpan<Float>, _ rows: RowLayout
) {
  let count = lefts.count
  precondition(rights.count == count, "\(count) left rows and \(rights.count) right rows")
  precondition(width.isMultiple(of: 8), "\(width) floats a row")
  precondition(count <= slopes.count, "\(count) samples and \(slopes.count) slopes")
  rows.check(rowCount(lefts), of: width, in: min(left.count, leftSums.count))
  rows.check(rowCount(rights), of: width, in: min(right.count, rightSums.count))
  guard count > 0, width > 0 else { return }
  // Safety: the checks above bound every row that an index names, and the slopes.
  let leftStart = unsafe left.address + rows.offset
  let rightStart = unsafe right.address + rows.offset
  let leftTarget = unsafe leftSums.address + rows.offset
  let rightTarget = unsafe rightSums.address + rows.offset
  for sample in 0..<count {
    let a = Int(lefts[sample]) * rows.stride
    let b = Int(rights[sample]) * rows.stride
    let slope = SIMD8<Float>(repeating: slopes[sample])
    for lane in stride(from: 0, to: width, by: 8) {
      let aSums = unsafe leftTarget + (a + lane)
      let bSums = unsafe rightTarget + (b + lane)
      let aRow = unsafe loadVector(leftStart + (a + lane), as: SIMD8.self)
      let bRow = unsafe loadVector(rightStart + (b + lane), as: SIMD8.self)
      unsafe storeVector(multiplyAdd(slope, bRow, loadVector(aSums)), at: aSums)
      unsafe storeVector(multiplyAdd(slope, aRow, loadVector(bSums)), at: bSums)
    }
  }
}
