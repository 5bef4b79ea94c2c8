import Testing

@testable import Kernels

@Suite struct ScatterSumsTests {
  @Test(arguments: sizes)
  func addsEachGradientToBothOfItsRows(samples: Int) {
    for width in [0, 8, 16, 24, 40] {
      let gradients = numbers(samples * width)
      let lefts = indices(samples, below: 3, seed: 2)
      let rights = indices(samples, below: 7, seed: 3)
      var left = SpacedMatrix(rows: 3, width: width, seed: 4)
      var right = SpacedMatrix(rows: 7, width: width, seed: 5)
      var expectedLeft = left
      var expectedRight = right
      for sample in 0..<samples {
        for lane in 0..<width {
          expectedLeft[Int(lefts[sample]), lane] += gradients[sample * width + lane]
          expectedRight[Int(rights[sample]), lane] += gradients[sample * width + lane]
        }
      }
      var leftSums = left.floats.mutableSpan
      var rightSums = right.floats.mutableSpan
      scatterSums(
        gradients.span, width: width, lefts.span, into: &leftSums, rights.span, into: &rightSums,
        RowLayout(offset: SpacedMatrix.front, stride: width + 5))
      #expect(sameBits(left.floats, expectedLeft.floats) && sameBits(right.floats, expectedRight.floats))
    }
  }

  @Test(arguments: sizes)
  func addsEachSlopeTimesTheOtherRow(samples: Int) {
    for width in [0, 8, 16, 24] {
      let slopes = numbers(samples)
      let lefts = indices(samples, below: 3, seed: 2)
      let rights = indices(samples, below: 7, seed: 3)
      let left = SpacedMatrix(rows: 3, width: width, seed: 4)
      let right = SpacedMatrix(rows: 7, width: width, seed: 5)
      var leftSums = SpacedMatrix(rows: 3, width: width, seed: 6)
      var rightSums = SpacedMatrix(rows: 7, width: width, seed: 7)
      var expectedLeft = leftSums
      var expectedRight = rightSums
      for sample in 0..<samples {
        let l = Int(lefts[sample])
        let r = Int(rights[sample])
        for lane in 0..<width {
          expectedLeft[l, lane] = multiplyAdd(slopes[sample], right[r, lane], expectedLeft[l, lane])
          expectedRight[r, lane] = multiplyAdd(slopes[sample], left[l, lane], expectedRight[r, lane])
        }
      }
      var leftTarget = leftSums.floats.mutableSpan
      var rightTarget = rightSums.floats.mutableSpan
      scatterProducts(
        slopes.span, width: width, lefts.span, of: left.floats.span, into: &leftTarget, rights.span,
        of: right.floats.span, into: &rightTarget, RowLayout(offset: SpacedMatrix.front, stride: width + 5))
      #expect(sameBits(leftSums.floats, expectedLeft.floats) && sameBits(rightSums.floats, expectedRight.floats))
    }
  }
}
