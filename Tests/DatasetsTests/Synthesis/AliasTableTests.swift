import Plan
import Testing

@testable import Datasets

@Suite struct AliasTableTests {
  @Test(arguments: [[1], [1, 1], [3, 0, 1], [0.001, 5, 0.001], (1...50).map { 1 / Double($0) }] as [[Double]])
  func drawsEachInProportion(weights: [Double]) {
    let table = AliasTable(weights: weights)
    let stream = RandomStream(seed: 1, .simulation)
    var drawn = [Int](repeating: 0, count: weights.count)
    let count = 40_000
    for counter in 0..<count { drawn[Int(table.draw(stream[UInt64(counter)]))] += 1 }
    let total = weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      let expected = weight / total * Double(count)
      #expect(
        abs(Double(drawn[index]) - expected) <= 5 * expected.squareRoot() + (weight > 0 ? 1 : 0), "index \(index)")
    }
  }
}
