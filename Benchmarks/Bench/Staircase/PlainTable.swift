import Glibc
import Kernels
import Tables

/// A table as the optimizers' papers have it: weights and moments in arrays of their own, row after row, nothing
/// fetched ahead.
struct PlainTable: ~Copyable {
  let width: Int
  private(set) var weights: FloatBuffer
  private var first: FloatBuffer
  private var second: FloatBuffer
  /// Where idle rows move too: a gradient for every row of the table.
  private var gradients: FloatBuffer

  static let rate: Float = 0.001
  private static let (beta1, beta2, epsilon): (Float, Float, Float) = (0.9, 0.999, 1e-8)

  init(rows: Int, width: Int, settings: OptimizerSettings) {
    self.width = width
    let count = rows * width
    weights = FloatBuffer(count: count)
    first = FloatBuffer(count: settings.momentCount > 0 ? count : 0)
    second = FloatBuffer(count: settings.momentCount > 1 ? count : 0)
    gradients = FloatBuffer(count: settings.movesIdleRows ? count : 0)
  }

  mutating func stepSGD(_ rows: [UInt32], _ values: Span<Float>) { Self.stepSGD(rows, values, width, &weights) }

  mutating func stepAdagrad(_ rows: [UInt32], _ values: Span<Float>) {
    Self.stepAdagrad(rows, values, width, &weights, &first)
  }

  mutating func stepLazyAdam(_ rows: [UInt32], _ values: Span<Float>, step: Int) {
    Self.stepAdam(rows, values, width, Factors(step), &weights, &first, &second)
  }

  /// Every row of the table, touched or not.
  mutating func stepDenseAdam(_ rows: [UInt32], _ values: Span<Float>, step: Int) {
    gradients.clear(gradients.count)
    Self.scatter(rows, values, width, into: &gradients)
    Self.stepAdam(gradients, Factors(step), &weights, &first, &second)
  }

  // The buffers are arguments, so that each callee may open spans of several of them at once.

  @inline(never)
  private static func stepSGD(
    _ rows: [UInt32], _ values: Span<Float>, _ width: Int, _ weights: inout FloatBuffer
  ) {
    for (index, row) in rows.enumerated() {
      let slopes = values.row(UInt32(index), width)
      var all = weights.mutableSpan
      var target = all._mutatingExtracting(Int(row) * width..<(Int(row) + 1) * width)
      for lane in 0..<slopes.count { target[lane] -= rate * slopes[lane] }
    }
  }

  @inline(never)
  private static func stepAdagrad(
    _ rows: [UInt32], _ values: Span<Float>, _ width: Int, _ weights: inout FloatBuffer, _ squares: inout FloatBuffer
  ) {
    for (index, row) in rows.enumerated() {
      let slopes = values.row(UInt32(index), width)
      let range = Int(row) * width..<(Int(row) + 1) * width
      var allWeights = weights.mutableSpan
      var allSquares = squares.mutableSpan
      var target = allWeights._mutatingExtracting(range)
      var sums = allSquares._mutatingExtracting(range)
      for lane in 0..<slopes.count {
        sums[lane] += slopes[lane] * slopes[lane]
        target[lane] -= rate * slopes[lane] / (sums[lane].squareRoot() + 1e-10)
      }
    }
  }

  private struct Factors {
    let stepSize: Float
    let rootFactor: Float

    init(_ step: Int) {
      stepSize = Float(Double(rate) / (1 - pow(Double(beta1), Double(step))))
      rootFactor = Float(1 / (1 - pow(Double(beta2), Double(step))).squareRoot())
    }
  }

  @inline(never)
  private static func stepAdam(
    _ rows: [UInt32], _ values: Span<Float>, _ width: Int, _ factors: Factors, _ weights: inout FloatBuffer,
    _ first: inout FloatBuffer, _ second: inout FloatBuffer
  ) {
    for (index, row) in rows.enumerated() {
      let range = Int(row) * width..<(Int(row) + 1) * width
      var allWeights = weights.mutableSpan
      var allFirst = first.mutableSpan
      var allSecond = second.mutableSpan
      var target = allWeights._mutatingExtracting(range)
      var firsts = allFirst._mutatingExtracting(range)
      var seconds = allSecond._mutatingExtracting(range)
      stepAdam(values.row(UInt32(index), width), factors, &target, &firsts, &seconds)
    }
  }

  @inline(never)
  private static func stepAdam(
    _ gradients: borrowing FloatBuffer, _ factors: Factors, _ weights: inout FloatBuffer, _ first: inout FloatBuffer,
    _ second: inout FloatBuffer
  ) {
    var target = weights.mutableSpan
    var firsts = first.mutableSpan
    var seconds = second.mutableSpan
    stepAdam(gradients.span, factors, &target, &firsts, &seconds)
  }

  @inline(__always)
  private static func stepAdam(
    _ slopes: Span<Float>, _ factors: Factors, _ weights: inout MutableSpan<Float>,
    _ first: inout MutableSpan<Float>, _ second: inout MutableSpan<Float>
  ) {
    let count = slopes.count
    precondition(
      weights.count == count && first.count == count && second.count == count, "\(count) slopes, \(weights.count)")
    for lane in 0..<count {
      let slope = slopes[lane]
      first[lane] += (1 - beta1) * (slope - first[lane])
      second[lane] = beta2 * second[lane] + (1 - beta2) * slope * slope
      weights[lane] -= factors.stepSize * first[lane] / (second[lane].squareRoot() * factors.rootFactor + epsilon)
    }
  }

  private static func scatter(
    _ rows: [UInt32], _ values: Span<Float>, _ width: Int, into gradients: inout FloatBuffer
  ) {
    var target = gradients.mutableSpan
    for (index, row) in rows.enumerated() {
      for lane in 0..<width { target[Int(row) * width + lane] = values[index * width + lane] }
    }
  }
}
