import Plan
import Testing

@Suite struct RandomStreamTests {
  /// Whoever changes these numbers changes every trained model.
  @Test func golden() {
    let stream = RandomStream(seed: 1, .negatives, 2, 3)
    #expect(stream[0] == stream[0])
    #expect(stream[0] != stream[1])
    #expect(RandomStream(seed: 1, .negatives) != RandomStream(seed: 1, .split))
    #expect(RandomStream(seed: 1, .negatives) != RandomStream(seed: 2, .negatives))
  }

  @Test func indicesAreUniform() {
    let stream = RandomStream(seed: 9, .negatives)
    var counts = [Int](repeating: 0, count: 10)
    for counter in 0..<UInt64(100_000) { counts[Int(stream.index(below: 10, at: counter))] += 1 }
    // Five standard deviations of a binomial count.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 475 })
  }

  @Test func normalsHaveMeanZeroAndVarianceOne() {
    let stream = RandomStream(seed: 4, .initialWeights)
    let draws = (0..<UInt64(100_000)).map { stream.normal(at: $0) }
    let mean = draws.reduce(0, +) / 100_000
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    #expect(abs(mean) < 0.016)
    #expect(abs(variance - 1) < 0.025)
  }
}
