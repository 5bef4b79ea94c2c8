import Testing

@testable import Kernels

@Suite struct SumRowsTests {
  @Test(arguments: sizes, sizes)
  func addsTheRowsInOrder(rows: Int, width: Int) {
    let matrix = SpacedMatrix(rows: rows, width: width, slack: 9)
    var sums = numbers(width + 5, seed: 2)
    var expected = sums
    for row in 0..<rows {
      for column in 0..<width { expected[2 + column] += matrix[row, column] }
    }
    var target = sums.mutableSpan
    sumRows(
      rows, of: matrix.floats.span, RowLayout(offset: SpacedMatrix.front, stride: matrix.stride), width: width,
      into: &target, at: 2)
    #expect(sameBits(sums, expected))
  }
}
