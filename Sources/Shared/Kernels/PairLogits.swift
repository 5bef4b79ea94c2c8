/// `logits[s] = left[lefts[s]] · right[rights[s]] + values[s] · weights + bias`, the two dot products summed in eight
/// interleaved lanes, which are then added in pairs: a fixed order, whatever stands beside the sample.
/// - Parameters:
///   - lefts, rights: `[n]`, which row each sample takes
///   - rows: where the rows of both `left` and `right` stand
///   - pairWidth: floats of these, a multiple of 8
///   - values: `[n × width]` without gaps, `width` a multiple of 8
///   - weights: `[width]`
///   - logits: `[n]` or more
package func pairLogits(
  _ lefts: Span<UInt32>, of left: Span<Float>, _ rights: Span<UInt32>, of right: Span<Float>, _ rows: RowLayout,
  pairWidth: Int, values: Span<Float>, weights: Span<Float>, bias: Float, into logits: inout MutableSpan<Float>
) {
  let count = lefts.count
  let width = weights.count
  precondition(rights.count == count, "\(count) left rows and \(rights.count) right rows")
  precondition(pairWidth.isMultiple(of: 8) && width.isMultiple(of: 8), "rows of \(pairWidth) and \(width) floats")
  precondition(count * width <= values.count, "\(count) rows of \(width) floats in \(values.count)")
  precondition(count <= logits.count, "\(count) samples and room for \(logits.count) logits")
  rows.check(rowCount(lefts), of: pairWidth, in: left.count)
  rows.check(rowCount(rights), of: pairWidth, in: right.count)
  // Safety: the checks above bound every row that an index names, the values and the logits.
  let leftStart = unsafe left.address + rows.offset
  let rightStart = unsafe right.address + rows.offset
  var value = unsafe values.address
  let weight = unsafe weights.address
  for sample in 0..<count {
    var sums = SIMD8<Float>.zero
    let a = unsafe leftStart + Int(lefts[sample]) * rows.stride
    let b = unsafe rightStart + Int(rights[sample]) * rows.stride
    for lane in stride(from: 0, to: pairWidth, by: 8) {
      sums = unsafe multiplyAdd(loadVector(a + lane), loadVector(b + lane), sums)
    }
    for lane in stride(from: 0, to: width, by: 8) {
      sums = unsafe multiplyAdd(loadVector(value + lane), loadVector(weight + lane), sums)
    }
    let four = sums.lowHalf + sums.highHalf
    let two = four.lowHalf + four.highHalf
    logits[sample] = (two[0] + two[1]) + bias
    unsafe value += width
  }
}
