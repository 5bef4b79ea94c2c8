import Interactions
import Plan
import Simulation
import Testing
import Wire
import WorkerCore

@Suite struct NegativeSamplerTests {
  @Test func negativesAreNeverTrainingPositives() throws {
    let matrix = try SmallProblem.interactions()
    let sampler = NegativeSampler(interactions: matrix, plan: SmallProblem.plan(), epoch: Epoch(1))
    for user in 0..<matrix.users {
      for interaction in matrix.range(of: Row(user)) {
        for index in 0..<4 {
          let item = sampler.negative(index, ofInteraction: interaction, user: Row(user))
          #expect(!matrix.contains(user: Row(user), item: item))
        }
      }
    }
  }

  @Test func negativesAreDrawnAnewEachEpoch() throws {
    let matrix = try SmallProblem.interactions()
    func draws(_ epoch: UInt32) -> [Row] {
      let sampler = NegativeSampler(interactions: matrix, plan: SmallProblem.plan(), epoch: Epoch(epoch))
      return (0..<100).map { sampler.negative(0, ofInteraction: $0, user: Row(0)) }
    }
    #expect(draws(1) == draws(1))
    #expect(draws(1) != draws(2))
  }

  /// Each item that the user does not know is drawn equally often.
  @Test func negativesAreUniform() throws {
    let matrix = try InteractionMatrix(itemsOfUsers: [[0, 3, 4]], items: 8)
    let sampler = NegativeSampler(interactions: matrix, plan: SmallProblem.plan(), epoch: Epoch(1))
    var counts = [Int](repeating: 0, count: 8)
    for draw in 0..<50_000 {
      counts[Int(sampler.negative(0, ofInteraction: draw, user: Row(0)).rawValue)] += 1
    }
    for item in [1, 2, 5, 6, 7] { #expect(abs(counts[item] - 10_000) < 450) }
    for item in [0, 3, 4] { #expect(counts[item] == 0) }
  }

  /// A user who knows all but one item gets that one.
  @Test func lastFreeItemIsFound() throws {
    let matrix = try InteractionMatrix(itemsOfUsers: [Array(1..<5000)], items: 5000)
    let sampler = NegativeSampler(interactions: matrix, plan: SmallProblem.plan(), epoch: Epoch(1))
    #expect(sampler.negative(0, ofInteraction: 17, user: Row(0)) == Row(0))
  }
}
