import Testing

@testable import Kernels

@Suite struct AccumulateOuterTests {
  func check(rows: Int, aColumns: Int, bColumns: Int) {
    let a = SpacedMatrix(rows: rows, width: aColumns, seed: 1)
    // The kernel may read a row of b up to its padded width; what it reads there must not matter.
    let b = SpacedMatrix(rows: rows, width: bColumns, slack: 9, seed: 2)
    let offset = 6
    var c = numbers(offset + aColumns * bColumns + 3, seed: 3)
    var expected = c
    for k in 0..<aColumns {
      for column in 0..<bColumns {
        for row in 0..<rows {
          let place = offset + k * bColumns + column
          expected[place] = multiplyAdd(a[row, k], b[row, column], expected[place])
        }
      }
    }
    var sums = c.mutableSpan
    accumulateOuter(
      rows, of: a.floats.span, RowLayout(offset: SpacedMatrix.front, stride: a.stride), columns: aColumns,
      by: b.floats.span, RowLayout(offset: SpacedMatrix.front, stride: b.stride), columns: bColumns, into: &sums,
      at: offset)
    #expect(sameBits(c, expected), "[\(rows) × \(aColumns)]ᵀ · [\(rows) × \(bColumns)]")
  }

  @Test(arguments: sizes)
  func agreesWithThreeLoops(bColumns: Int) {
    for aColumns in sizes { check(rows: 5, aColumns: aColumns, bColumns: bColumns) }
    for rows in sizes { check(rows: rows, aColumns: 5, bColumns: bColumns) }
  }

  @Test(arguments: [12, 24, 25, 31, 32, 33, 48, 56])
  func agreesAroundTheWidthOfATile(bColumns: Int) {
    for aColumns in [3, 4, 12, 13, 29] { check(rows: 3, aColumns: aColumns, bColumns: bColumns) }
  }

  @Test func batchesInPartsSumToTheSameBits() {
    let a = numbers(40 * 20)
    let b = numbers(40 * 24, seed: 2)
    var whole = [Float](repeating: 0, count: 20 * 19)
    var parts = whole
    var sums = whole.mutableSpan
    accumulateOuter(
      40, of: a.span, RowLayout(stride: 20), columns: 20, by: b.span, RowLayout(stride: 24), columns: 19, into: &sums,
      at: 0)
    var partSums = parts.mutableSpan
    for part in [0..<1, 1..<13, 13..<40] {
      accumulateOuter(
        part.count, of: a.span, RowLayout(offset: part.lowerBound * 20, stride: 20), columns: 20, by: b.span,
        RowLayout(offset: part.lowerBound * 24, stride: 24), columns: 19, into: &partSums, at: 0)
    }
    #expect(sameBits(whole, parts))
  }
}
