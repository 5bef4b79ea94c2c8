import Ranking
import Testing

@Suite struct CaseRankTests {
  private func rank(_ logits: [Float]) -> Int? { CaseRank.ofFirst(logits.span) }

  @Test func countsWhatIsAtLeastAsHigh() {
    #expect(rank([1]) == 0)
    #expect(rank([1, 0, -5, 0.99]) == 0)
    #expect(rank([1, 2, 0, 3]) == 2)
    #expect(rank([1, 1, 0]) == 1, "a tie counts against the held-out item")
    #expect(rank([0, 0, 0, 0, 0]) == 4, "a model that scores all alike has no hit")
    #expect(rank([0, -0.0]) == 1)
    #expect(rank([.infinity, 3, .infinity]) == 1)
    #expect(rank([-.infinity, 3, -1]) == 2)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65])
  func countsAtAnyLength(count: Int) {
    let others = (0..<count).map { Float(($0 * 7) % 13) }
    #expect(rank([6] + others) == others.count { $0 >= 6 })
  }

  @Test func hasNoRankForWhatIsNoNumber() {
    #expect(rank([.nan, 1]) == nil)
    #expect(rank([1, 2, .nan]) == nil)
    #expect(rank([.nan]) == nil)
  }
}
