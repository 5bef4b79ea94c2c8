import Testing

@testable import Kernels

@Suite struct PanelLayoutTests {
  /// Reads a packed matrix back through the panels.
  func unpacked(_ matrix: PanelLayout, _ packed: [Float], row: Int, column: Int) -> Float {
    var start = 0
    while true {
      let width = PanelLayout.width(of: matrix.columns - start)
      if column < start + width { return packed[matrix.start(of: start) + row * width + column - start] }
      start += width
    }
  }

  @Test(arguments: sizes)
  func everyElementHasOnePlaceAndTheRestIsZero(columns: Int) {
    for inner in [0, 1, 8, 17] {
      let matrix = PanelLayout(inner: inner, columns: columns, offset: 5)
      let weights = numbers(inner * columns).map { $0 + 2 }
      let bias = numbers(columns, seed: 2).map { $0 + 2 }
      var packed = [Float](repeating: .nan, count: 5 + matrix.count)
      var target = packed.mutableSpan
      matrix.pack(weights.span, bias: bias.span, into: &target)
      for column in 0..<columns {
        #expect(unpacked(matrix, packed, row: 0, column: column) == bias[column])
        for k in 0..<inner {
          #expect(unpacked(matrix, packed, row: k + 1, column: column) == weights[k * columns + column])
        }
      }
      #expect(packed[5...].count { $0 != 0 } == (inner + 1) * columns)
      #expect(packed[..<5].allSatisfy { $0.isNaN })
    }
  }

  @Test(arguments: sizes)
  func aTransposedMatrixWithoutBiasIsTheSame(columns: Int) {
    let inner = 9
    let matrix = PanelLayout(inner: inner, columns: columns)
    let weights = numbers(inner * columns)
    var turned = weights
    for k in 0..<inner {
      for column in 0..<columns { turned[column * inner + k] = weights[k * columns + column] }
    }
    let none = [Float](repeating: 0, count: columns)
    var packed = [Float](repeating: .nan, count: matrix.count)
    var expected = packed
    var target = packed.mutableSpan
    matrix.pack(turned.span, transposed: true, bias: weights.span.extracting(0..<0), into: &target)
    var other = expected.mutableSpan
    matrix.pack(weights.span, bias: none.span, into: &other)
    #expect(sameBits(packed, expected))
  }

  @Test func widthsAreRoundedUpToEight() {
    #expect(sizes.map(PanelLayout.padded) == [0, 8, 8, 8, 16, 16, 16, 24, 64, 64, 72])
    for width in 1...100 {
      var column = 0
      while column < width { column += PanelLayout.width(of: width - column) }
      #expect(column == PanelLayout.padded(width), "\(width) columns")
    }
  }
}
