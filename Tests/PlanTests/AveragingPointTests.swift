import Plan
import Testing

@Suite struct AveragingPointTests {
  /// The points of three epochs follow each other without a gap, and the last of each epoch is its end's.
  @Test(arguments: [1, 2, 3, 7, 8, 9, 100, 243]) func pointsMakeAChain(_ stepCount: Int) {
    var last = 0
    for epoch in (1...3).map({ Epoch($0) }) {
      var points = (0..<stepCount).compactMap { AveragingPoint(after: Step($0), of: stepCount, in: epoch) }
      #expect(points.count == min(stepCount, 8) - 1)
      points.append(AveragingPoint(atEndOf: epoch, of: stepCount))
      for point in points {
        #expect(point.previous == last)
        last = point.number
      }
      #expect(last == 8 * Int(epoch.rawValue))
    }
  }

  @Test func eightPointsFadeAsMuchAsAnEpoch() {
    let fading = AveragingPoint.fading(perEpoch: 0.8)
    #expect(abs((0..<8).reduce(1.0) { product, _ in product * fading } - 0.8) < 1e-12)
    #expect(AveragingPoint.fading(perEpoch: 0) == 0)
  }
}
