import Foundation
import Ranking
import Testing

@Suite struct RankTallyTests {
  private func tally(_ ranks: [Int], topK: Int = 5) -> RankTally {
    var tally = RankTally(topK: topK)
    for rank in ranks { tally.record(rank: rank) }
    return tally
  }

  @Test func measuresHitsAndTheirPlaces() {
    let tally = tally([0, 0, 2, 4, 5, 1000, 3, 0])
    #expect(tally.cases == 8 && tally.counts == [3, 0, 1, 1, 1])
    #expect(tally.hitRatio(at: 1) == 3.0 / 8)
    #expect(tally.hitRatio(at: 3) == 4.0 / 8)
    #expect(tally.hitRatio(at: 5) == 6.0 / 8)
    #expect(tally.ndcg(at: 1) == 3.0 / 8)
    #expect(abs(tally.ndcg(at: 3) - 3.5 / 8) < 1e-12)
    let gains: [Double] = [3, 0.5, 1 / log2(5), 1 / log2(6)]
    #expect(abs(tally.ndcg(at: 5) - gains.reduce(0, +) / 8) < 1e-12)
  }

  @Test func isZeroWithoutCases() {
    let tally = tally([])
    #expect(tally.hitRatio(at: 5) == 0 && tally.ndcg(at: 5) == 0)
  }

  @Test func partsAddUpInAnyOrder() {
    let parts = [tally([0, 9, 3]), tally([1, 1, 2]), tally([4])]
    let whole = tally([0, 9, 3, 1, 1, 2, 4])
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
      var sum = RankTally(topK: 5)
      for part in order { sum += parts[part] }
      #expect(sum == whole && sum.ndcg(at: 5) == whole.ndcg(at: 5))
    }
  }

  @Test func survivesJSON() throws {
    let tally = tally([1, 2, 3])
    #expect(try JSONDecoder().decode(RankTally.self, from: JSONEncoder().encode(tally)) == tally)
  }
}
