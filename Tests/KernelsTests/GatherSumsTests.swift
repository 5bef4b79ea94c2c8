import Testing

@testable import Kernels

@Suite struct GatherSumsTests {
  @Test(arguments: sizes)
  func addsTheNamedRows(samples: Int) {
    for width in [0, 8, 16, 24, 40, 64] {
      let left = SpacedMatrix(rows: 5, width: width, seed: 1)
      let right = SpacedMatrix(rows: 9, width: width, seed: 2)
      let lefts = indices(samples, below: 5, seed: 3)
      let rights = indices(samples, below: 9, seed: 4)
      var sums = [Float](repeating: .nan, count: samples * width)
      var target = sums.mutableSpan
      gatherSums(
        lefts.span, of: left.floats.span, rights.span, of: right.floats.span,
        RowLayout(offset: SpacedMatrix.front, stride: left.stride), width: width, into: &target)
      let expected = (0..<samples).flatMap { sample in
        (0..<width).map { left[Int(lefts[sample]), $0] + right[Int(rights[sample]), $0] }
      }
      #expect(sameBits(sums, expected), "\(samples) samples of \(width) floats")
    }
  }

  @Test func aRowThatDoesNotExistIsABug() async {
    await #expect(processExitsWith: .failure) {
      let left = [Float](repeating: 0, count: 16)
      let lefts: [UInt32] = [2]
      let rights: [UInt32] = [0]
      var sums = [Float](repeating: 0, count: 8)
      var target = sums.mutableSpan
      gatherSums(lefts.span, of: left.span, rights.span, of: left.span, RowLayout(stride: 8), width: 8, into: &target)
    }
  }
}
