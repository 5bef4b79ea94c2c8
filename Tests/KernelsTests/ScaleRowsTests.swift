import Testing

@testable import Kernels

@Suite struct ScaleRowsTests {
  @Test(arguments: sizes, sizes)
  func scalesEveryRow(rows: Int, width: Int) {
    let a = SpacedMatrix(rows: rows, width: width, seed: 1)
    let weights = numbers(width, seed: 2)
    var c = SpacedMatrix(rows: rows, width: width, slack: 3, seed: 3)
    var expected = c
    for row in 0..<rows {
      for column in 0..<width { expected[row, column] = a[row, column] * weights[column] }
    }
    let cRows = RowLayout(offset: SpacedMatrix.front, stride: c.stride)
    var target = c.floats.mutableSpan
    scaleRows(
      rows, of: a.floats.span, RowLayout(offset: SpacedMatrix.front, stride: a.stride), by: weights.span, into: &target,
      cRows)
    #expect(sameBits(c.floats, expected.floats))
  }

  @Test(arguments: sizes)
  func multipliesSlopesByWeights(rows: Int) {
    for width in [0, 8, 24] {
      let slopes = numbers(rows)
      let weights = numbers(width, seed: 2)
      var c = [Float](repeating: .nan, count: rows * width)
      var target = c.mutableSpan
      multiplyOuter(rows, slopes.span, weights.span, into: &target)
      #expect(sameBits(c, slopes.flatMap { slope in weights.map { $0 * slope } }))
    }
  }

  @Test(arguments: sizes, sizes)
  func sumsProductsInTheOrderOfTheRows(rows: Int, width: Int) {
    let a = SpacedMatrix(rows: rows, width: width, seed: 1)
    let b = SpacedMatrix(rows: rows, width: width, slack: 1, seed: 2)
    var sums = numbers(width + 4, seed: 3)
    var expected = sums
    for row in 0..<rows {
      for column in 0..<width {
        expected[3 + column] = multiplyAdd(a[row, column], b[row, column], expected[3 + column])
      }
    }
    var target = sums.mutableSpan
    accumulateProducts(
      rows, of: a.floats.span, RowLayout(offset: SpacedMatrix.front, stride: a.stride), by: b.floats.span,
      RowLayout(offset: SpacedMatrix.front, stride: b.stride), width: width, into: &target, at: 3)
    #expect(sameBits(sums, expected))
  }
}
