import Kernels
import Testing

@Suite struct GatherRowsTests {
  @Test(arguments: [1, 7, 8, 9, 40])
  func takesTheRowsThatAreNamed(width: Int) {
    let source = (0..<5 * width).map(Float.init)
    let places: [UInt32] = [4, 0, 0, 3]
    var target = [Float](repeating: -1, count: 4 * width + 1)
    var span = target.mutableSpan
    gatherRows(places.span, of: source.span, width: width, into: &span)
    let expected = places.flatMap { source[Int($0) * width..<(Int($0) + 1) * width] }
    #expect(target == expected + [-1])
  }

  @Test(arguments: [1, 7, 8, 9, 40])
  func mergesByRow(width: Int) {
    func merged(_ left: [UInt32], _ right: [UInt32]) -> (rows: [UInt32], values: [Float]) {
      let leftValues = left.flatMap { row in (0..<width).map { Float(row) + Float($0) / 64 } }
      let rightValues = right.flatMap { row in (0..<width).map { -3 * Float(row) - Float($0) / 32 } }
      var rows: [UInt32] = []
      var values = [Float](repeating: .nan, count: (left.count + right.count) * width)
      var span = values.mutableSpan
      mergeRows(left.span, leftValues.span, right.span, rightValues.span, width: width, into: &rows, &span)
      return (rows, Array(values.prefix(rows.count * width)))
    }
    for (left, right) in [
      ([], []), ([], [2]), ([5], []), ([1, 4, 9], [0, 4, 9, 12]), ([1, 2], [8, 9]), ([8], [1, 2, 8]),
    ]
      as [([UInt32], [UInt32])]
    {
      let result = merged(left, right)
      #expect(result.rows == Set(left).union(right).sorted())
      for (index, row) in result.rows.enumerated() {
        for lane in 0..<width {
          let ofLeft = left.contains(row) ? Float(row) + Float(lane) / 64 : 0
          let ofRight = right.contains(row) ? -3 * Float(row) - Float(lane) / 32 : 0
          #expect(result.values[index * width + lane] == ofLeft + ofRight)
        }
      }
    }
  }

  /// A row that only one side has keeps its sign of zero.
  @Test func loneRowsAreCopied() {
    var rows: [UInt32] = []
    var values = [Float](repeating: 1, count: 16)
    var span = values.mutableSpan
    let negativeZeros = [Float](repeating: -0.0, count: 8)
    mergeRows([3].span, negativeZeros.span, [4].span, negativeZeros.span, width: 8, into: &rows, &span)
    #expect(values.allSatisfy { $0 == 0 && $0.sign == .minus })
  }
}
