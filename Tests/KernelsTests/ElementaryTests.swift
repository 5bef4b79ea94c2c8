import Glibc
import Testing

@testable import Kernels

@Suite struct ElementaryTests {
  /// The greatest distance, in units in the last place of the true value, over made-up and special arguments.
  func greatestError(_ arguments: [Float], _ found: (Float) -> Float, _ truth: (Double) -> Double) -> Double {
    arguments.reduce(0.0) { greatest, x in
      let exact = truth(Double(x))
      return max(greatest, abs(Double(found(x)) - exact) / Double(Float(exact).ulp))
    }
  }

  func spread(_ range: ClosedRange<Float>, _ count: Int = 20_000) -> [Float] {
    let width = range.upperBound - range.lowerBound
    return numbers(count).map { range.lowerBound + ($0 + 1) / 2 * width } + [range.lowerBound, range.upperBound]
  }

  @Test func exponentialIsWithinItsBound() {
    #expect(greatestError(spread(-104...88.7), exponential, exp) < 1.1)
    #expect(greatestError(spread(-1...1), exponential, exp) < 1.1)
    #expect(exponential(0) == 1 && exponential(-0.0) == 1)
    #expect(exponential(88.73) == .infinity && exponential(.infinity) == .infinity)
    #expect(exponential(-104) == 0 && exponential(-.infinity) == 0)
    #expect(exponential(.nan).isNaN)
    #expect(exponential(-100) > 0, "subnormal numbers are kept")
  }

  @Test func logarithmIsWithinItsBound() {
    #expect(greatestError(spread(0...1), logarithmOfOnePlus, log1p) < 2)
    #expect(greatestError(spread(0...1).map { $0 * $0 * $0 * 1e-6 }, logarithmOfOnePlus, log1p) < 2)
    #expect(logarithmOfOnePlus(0) == 0)
    #expect(logarithmOfOnePlus(.nan).isNaN)
  }

  @Test func logisticIsWithinItsBound() {
    let error = greatestError(spread(-87...30), logistic) { 1 / (1 + exp(-$0)) }
    #expect(error < 2.5)
    #expect(logistic(0) == 0.5 && logistic(.infinity) == 1 && logistic(-.infinity) == 0)
    #expect(logistic(.nan).isNaN)
  }
}
