/// Binary cross-entropy on logits: each logit z is replaced by `scale · (σ(z) − y)`, the slope of its loss.
///
/// A loss is max(z, 0) − y·z + ln(1 + e^−|z|), which neither overflows nor cancels.
/// - Parameters:
///   - targets: `[n]`, y: 1 or 0
///   - logits: `[n]` or more
///   - losses: `[n]` or more, room for the single losses
/// - Returns: the sums of the n losses and of the n slopes, each added in four interleaved runs, in double precision.
package func crossEntropy(
  targets: Span<Float>, scale: Float, logits: inout MutableSpan<Float>, losses: inout MutableSpan<Float>
) -> (loss: Double, slope: Double) {
  let count = targets.count
  precondition(count <= logits.count, "\(count) targets and \(logits.count) logits")
  precondition(count <= losses.count, "\(count) targets and room for \(losses.count) losses")
  // Safety: all three have `count` floats, as checked.
  let targets = unsafe targets.address
  let logits = unsafe logits.address
  let losses = unsafe losses.address
  for index in 0..<count {
    let logit = unsafe logits[index]
    let target = unsafe targets[index]
    let tail = exponential(-abs(logit))
    unsafe losses[index] = multiplyAdd(-target, logit, max(logit, 0)) + logarithmOfOnePlus(tail)
    unsafe logits[index] = (logistic(logit) - target) * scale
  }
  return unsafe (interleavedSum(losses, count), interleavedSum(logits, count))
}

/// In four interleaved runs, in double precision.
func interleavedSum(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
  var sums = SIMD4<Double>.zero
  var index = 0
  // Safety: `count` floats stand at the address.
  while index + 4 <= count {
    let next = unsafe SIMD4(
      Double(values[index]), Double(values[index + 1]), Double(values[index + 2]), Double(values[index + 3]))
    sums += next
    index += 4
  }
  for lane in 0..<count - index { sums[lane] += unsafe Double(values[index + lane]) }
  return (sums[0] + sums[1]) + (sums[2] + sums[3])
}
