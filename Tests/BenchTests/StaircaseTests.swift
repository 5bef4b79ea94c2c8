import Plan
import Testing

@testable import neumf_bench

/// Every stair compares what its two versions compute before it times them, and stops where they differ.
@Suite struct StaircaseTests {
  @Test func plainAndFastVersionsAgree() {
    var staircase = Staircase("Small", stopwatch: Stopwatch(rounds: 1, sampleSeconds: 0))
    let shape = NetworkShape(model: .neumf, factors: 8, layers: [24, 16, 8])
    ProductStairs.climb("small", shape, 100, on: &staircase)
    LeafStairs("small", shape, 100).climb(on: &staircase)
    ActivationStairs(samples: 100, width: 16).climb("small", on: &staircase)
    OptimizerStairs(name: "small", rows: 50, width: 12, draws: 20).climb(on: &staircase)
    let kernels = staircase.table.rows.map { $0[0] }
    #expect(
      kernels == [
        "product", "weight gradient", "product", "weight gradient", "gather rows", "gather and add", "scatter-add",
        "merge two leaves", "activation", "its gradient", "cross-entropy", "sgd", "adagrad", "lazy-adam", "adam",
      ])
  }

  @Test func everyByteHasALevel() {
    #expect(Ceiling.holding(1) == .firstCache && Ceiling.holding(1 << 40) == .memory)
    for ceiling in [Ceiling.firstCache, .secondCache, .thirdCache] {
      #expect(Ceiling.holding(ceiling.byteCount) == ceiling)
    }
  }
}
