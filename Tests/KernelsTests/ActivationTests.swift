import Testing

@testable import Kernels

@Suite struct ActivationTests {
  @Test(arguments: sizes)
  func reluAndItsSlope(count: Int) {
    let sums = numbers(count) + [0, -0.0, .nan, .infinity, -.infinity]
    let upstream = numbers(sums.count, seed: 2)
    var values = [Float](repeating: 7, count: sums.count + 2)
    var target = values.mutableSpan
    activate(ReLU.self, 0..<sums.count, of: sums.span, into: &target)
    let expected = sums.map { $0 > 0 || $0.isNaN ? $0 : 0 }
    #expect(sameBits(values, expected + [7, 7]))

    var gradients = sums
    var slopes = gradients.mutableSpan
    attenuate(ReLU.self, upstream.span, values: values.span, 0..<sums.count, of: &slopes)
    let attenuated = zip(sums, upstream).map { sum, gradient in sum > 0 || sum.isNaN ? gradient : gradient * 0 }
    #expect(sameBits(gradients, attenuated))
  }

  @Test func onlyTheRangeIsTouched() {
    let sums = numbers(20).map { abs($0) + 1 }
    var values = [Float](repeating: 0, count: 20)
    var target = values.mutableSpan
    activate(ReLU.self, 3..<7, of: sums.span, into: &target)
    #expect(values.indices.allSatisfy { values[$0] == ((3..<7).contains($0) ? sums[$0] : 0) })
    var gradients = sums
    var slopes = gradients.mutableSpan
    attenuate(ReLU.self, [10, 11, 12, 13].span, values: sums.span, 3..<7, of: &slopes)
    #expect(Array(gradients[2..<8]) == [sums[2], 10, 11, 12, 13, sums[7]])
  }
}
