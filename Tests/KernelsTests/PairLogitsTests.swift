import Testing

@testable import Kernels

@Suite struct PairLogitsTests {
  func logits(
    _ lefts: [UInt32], _ left: SpacedMatrix, _ rights: [UInt32], _ right: SpacedMatrix, values: [Float],
    weights: [Float]
  )
    -> [Float]
  {
    var logits = [Float](repeating: .nan, count: lefts.count)
    var target = logits.mutableSpan
    pairLogits(
      lefts.span, of: left.floats.span, rights.span, of: right.floats.span,
      RowLayout(offset: SpacedMatrix.front, stride: left.stride), pairWidth: left.width, values: values.span,
      weights: weights.span, bias: 0.25, into: &target)
    return logits
  }

  @Test(arguments: sizes)
  func addsBothDotProductsAndTheBias(samples: Int) {
    for (pairWidth, width) in [(0, 0), (0, 8), (8, 0), (8, 8), (24, 16), (64, 40)] {
      let left = SpacedMatrix(rows: 4, width: pairWidth, seed: 1)
      let right = SpacedMatrix(rows: 6, width: pairWidth, seed: 2)
      let lefts = indices(samples, below: 4, seed: 3)
      let rights = indices(samples, below: 6, seed: 4)
      let values = numbers(samples * width, seed: 5)
      let weights = numbers(width, seed: 6)
      let found = logits(lefts, left, rights, right, values: values, weights: weights)
      for sample in 0..<samples {
        var expected = 0.25
        for lane in 0..<pairWidth {
          expected += Double(left[Int(lefts[sample]), lane]) * Double(right[Int(rights[sample]), lane])
        }
        for lane in 0..<width { expected += Double(values[sample * width + lane]) * Double(weights[lane]) }
        #expect(abs(Double(found[sample]) - expected) < 4e-6, "sample \(sample), widths \(pairWidth) and \(width)")
      }
    }
  }

  @Test func equalSamplesHaveEqualLogits() {
    let left = SpacedMatrix(rows: 2, width: 16, seed: 1)
    let right = SpacedMatrix(rows: 2, width: 16, seed: 2)
    let row = numbers(8, seed: 3)
    let values = (0..<17).flatMap { $0 == 5 ? numbers(8, seed: 9) : row }
    let lefts = (0..<17).map { $0 == 5 ? UInt32(1) : 0 }
    let found = logits(
      lefts, left, [UInt32](repeating: 1, count: 17), right, values: values, weights: numbers(8, seed: 4))
    #expect(Set(found.map(\.bitPattern)).count == 2)
    #expect(found.enumerated().allSatisfy { ($0.element == found[0]) == ($0.offset != 5) })
  }
}
