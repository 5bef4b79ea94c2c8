import Testing

@testable import Kernels

@Suite struct MultiplyRowsTests {
  /// Multiplies with the kernel, and with three loops that round in the same order.
  func check(rows: Int, inner: Int, columns: Int, transposed: Bool = false, padding: Bool = false) {
    let a = SpacedMatrix(rows: rows, width: inner, seed: 1)
    let weights = numbers(inner * columns, seed: 2)
    let bias = numbers(columns, seed: 3)
    var c = SpacedMatrix(rows: rows, width: columns, slack: padding ? 10 : 4, seed: 4)
    let matrix = PanelLayout(inner: inner, columns: columns, offset: 11)
    var packed = [Float](repeating: .nan, count: matrix.offset + matrix.count)
    var expected = c
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = bias[column]
        for k in 0..<inner {
          sum = multiplyAdd(a[row, k], weights[transposed ? column * inner + k : k * columns + column], sum)
        }
        expected[row, column] = sum
      }
      if padding {
        for column in columns..<PanelLayout.padded(columns) { expected[row, column] = 0 }
      }
    }
    var target = packed.mutableSpan
    matrix.pack(weights.span, transposed: transposed, bias: bias.span, into: &target)
    let aRows = RowLayout(offset: SpacedMatrix.front, stride: a.stride)
    let cRows = RowLayout(offset: SpacedMatrix.front, stride: c.stride)
    var products = c.floats.mutableSpan
    multiplyRows(rows, of: a.floats.span, aRows, by: packed.span, matrix, into: &products, cRows, padding: padding)
    #expect(sameBits(c.floats, expected.floats), "[\(rows) × \(inner)] · [\(inner) × \(columns)]")
  }

  @Test(arguments: sizes)
  func agreesWithThreeLoops(columns: Int) {
    for rows in sizes { check(rows: rows, inner: 9, columns: columns) }
    for inner in sizes { check(rows: 7, inner: inner, columns: columns) }
  }

  @Test(arguments: [2, 3, 4, 5, 6, 11, 12, 13, 23, 24, 25])
  func agreesAroundTheHeightOfATile(rows: Int) {
    for columns in [1, 8, 12, 16, 24, 25, 32, 33, 48, 56] { check(rows: rows, inner: 3, columns: columns) }
  }

  @Test(arguments: sizes)
  func multipliesByATransposedMatrix(columns: Int) {
    check(rows: 5, inner: 17, columns: columns, transposed: true)
    check(rows: 13, inner: 1, columns: columns, transposed: true)
  }

  @Test(arguments: sizes)
  func fillsThePaddingWithZeros(columns: Int) {
    for rows in [1, 4, 7, 13] { check(rows: rows, inner: 3, columns: columns, padding: true) }
  }

  @Test func aRowDoesNotDependOnItsNeighbours() {
    let inner = 33
    let columns = 41
    let matrix = PanelLayout(inner: inner, columns: columns)
    var packed = [Float](repeating: 0, count: matrix.count)
    var target = packed.mutableSpan
    matrix.pack(numbers(inner * columns).span, bias: numbers(columns, seed: 2).span, into: &target)
    let row = numbers(inner, seed: 3)
    var alone = [Float](repeating: 0, count: columns)
    var single = alone.mutableSpan
    multiplyRows(
      1, of: row.span, RowLayout(stride: inner), by: packed.span, matrix, into: &single, RowLayout(stride: columns))
    for count in [2, 5, 6, 7, 12, 13, 26] {
      for place in 0..<count {
        var a = [Float](repeating: .infinity, count: count * inner)
        a.replaceSubrange(place * inner..<(place + 1) * inner, with: row)
        var c = [Float](repeating: 0, count: count * columns)
        var products = c.mutableSpan
        multiplyRows(
          count, of: a.span, RowLayout(stride: inner), by: packed.span, matrix, into: &products,
          RowLayout(stride: columns))
        #expect(sameBits(Array(c[place * columns..<(place + 1) * columns]), alone), "row \(place) of \(count)")
      }
    }
  }

  @Test func rowsBeyondTheSpanAreABug() async {
    await #expect(processExitsWith: .failure) {
      let matrix = PanelLayout(inner: 4, columns: 8)
      let packed = [Float](repeating: 0, count: matrix.count)
      let a = [Float](repeating: 0, count: 7)
      var c = [Float](repeating: 0, count: 16)
      var products = c.mutableSpan
      multiplyRows(2, of: a.span, RowLayout(stride: 4), by: packed.span, matrix, into: &products, RowLayout(stride: 8))
    }
  }
}
