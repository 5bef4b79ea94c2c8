import Glibc
import Testing

@testable import Kernels

/// An activation, and the same in double precision.
struct ActivationCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let check: @Sendable (ActivationCase) -> Void
  let value: @Sendable (Double) -> Double
  let slope: @Sendable (Double) -> Double

  init<Kind: Activation>(
    _ kind: Kind, _ value: @escaping @Sendable (Double) -> Double, _ slope: @escaping @Sendable (Double) -> Double
  ) {
    testDescription = "\(Kind.self)"
    self.value = value
    self.slope = slope
    check = { own in
      for count in sizes { own.compare(kind, numbers(count).map { 20 * $0 * abs($0) } + [0, -0.0, 1e-3, -1e-3]) }
    }
  }

  private func compare<Kind: Activation>(_ kind: Kind, _ sums: [Float]) {
    let upstream = numbers(sums.count, seed: 2)
    var values = [Float](repeating: 7, count: sums.count + 2)
    var target = values.mutableSpan
    var gradients = sums
    var slopes = gradients.mutableSpan
    activate(kind, 0..<sums.count, of: &slopes, into: &target)
    attenuate(kind, upstream.span, 0..<sums.count, of: &slopes)
    for index in sums.indices {
      let (value, slope) = (value(Double(sums[index])), slope(Double(sums[index])))
      #expect(abs(Double(values[index]) - value) <= 1e-7 + 6e-7 * abs(value), "\(self) at \(sums[index])")
      let expected = slope * Double(upstream[index])
      #expect(abs(Double(gradients[index]) - expected) <= 1e-7 + 6e-7 * abs(expected), "\(self) at \(sums[index])")
    }
    #expect(values.suffix(2) == [7, 7])
  }
}

@Suite struct ActivationTests {
  @Test(arguments: [
    ActivationCase(ReLU(), { max($0, 0) }, { $0 > 0 ? 1 : 0 }),
    ActivationCase(LeakyReLU(), { $0 > 0 ? $0 : 0.01 * $0 }, { $0 > 0 ? 1 : 0.01 }),
    ActivationCase(PReLU(parameter: 0.3), { $0 > 0 ? $0 : 0.3 * $0 }, { $0 > 0 ? 1 : 0.3 }),
    ActivationCase(ELU(), { $0 > 0 ? $0 : expm1($0) }, { $0 > 0 ? 1 : exp($0) }),
    ActivationCase(Swish(), { $0 / (1 + exp(-$0)) }, { (1 + exp(-$0) * (1 + $0)) / pow(1 + exp(-$0), 2) }),
  ]) func valuesAndSlopesAreThoseOfTheFormula(_ activation: ActivationCase) { activation.check(activation) }

  @Test(arguments: sizes)
  func reluHasTheBitsOfItsFormula(count: Int) {
    let sums = numbers(count) + [0, -0.0, .nan, .infinity, -.infinity]
    let upstream = numbers(sums.count, seed: 2)
    var values = [Float](repeating: 7, count: sums.count + 2)
    var target = values.mutableSpan
    var gradients = sums
    var slopes = gradients.mutableSpan
    activate(ReLU(), 0..<sums.count, of: &slopes, into: &target)
    let expected = sums.map { $0 > 0 || $0.isNaN ? $0 : 0 }
    #expect(sameBits(values, expected + [7, 7]))

    attenuate(ReLU(), upstream.span, 0..<sums.count, of: &slopes)
    let attenuated = zip(sums, upstream).map { sum, gradient in sum > 0 || sum.isNaN ? gradient : gradient * 0 }
    #expect(sameBits(gradients, attenuated))
  }

  @Test(arguments: sizes)
  func theGradientOfALearnedSlopeIsTheSumOverNegativeSums(count: Int) {
    let sums = numbers(count + 3)
    let upstream = numbers(count, seed: 2)
    let found = parameterGradient(PReLU(parameter: 0.3), upstream.span, 3..<count + 3, of: sums.span)
    let expected = zip(sums.dropFirst(3), upstream).reduce(0.0) { $0 + Double(min($1.0, 0)) * Double($1.1) }
    #expect(abs(found - expected) < 1e-6 * (1 + abs(expected)))
  }

  @Test func onlyTheRangeIsTouched() {
    let sums = numbers(20).map { abs($0) + 1 }
    var values = [Float](repeating: 0, count: 20)
    var target = values.mutableSpan
    var gradients = sums
    var slopes = gradients.mutableSpan
    activate(ReLU(), 3..<7, of: &slopes, into: &target)
    #expect(values.indices.allSatisfy { values[$0] == ((3..<7).contains($0) ? sums[$0] : 0) })
    attenuate(ReLU(), [10, 11, 12, 13].span, 3..<7, of: &slopes)
    #expect(Array(gradients[2..<8]) == [sums[2], 10, 11, 12, 13, sums[7]])
  }
}
