/// Half the squared error of scores: each score s is replaced by `scale · (s − y)`, the slope of its loss ½(s − y)².
/// - Parameters:
///   - targets: `[n]`, y
///   - scores: `[n]` or more
///   - losses: `[n]` or more, room for the single losses
/// - Returns: the sums of the n losses and of the n slopes, each added in four interleaved runs, in double precision.
package func squaredError(
  targets: Span<Float>, scale: Float, scores: inout MutableSpan<Float>, losses: inout MutableSpan<Float>
) -> (loss: Double, slope: Double) {
  let count = targets.count
  precondition(count <= scores.count, "\(count) targets and \(scores.count) scores")
  precondition(count <= losses.count, "\(count) targets and room for \(losses.count) losses")
  // Safety: all three have `count` floats, as checked.
  let targets = unsafe targets.address
  let scores = unsafe scores.address
  let losses = unsafe losses.address
  for index in 0..<count {
    let error = unsafe scores[index] - targets[index]
    unsafe losses[index] = 0.5 * error * error
    unsafe scores[index] = error * scale
  }
  return unsafe (interleavedSum(losses, count), interleavedSum(scores, count))
}
