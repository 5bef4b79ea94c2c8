import Plan
import Ranking
import Testing

@Suite struct TopItemsTests {
  @Test(arguments: [1, 2, 3, 10, 99, 100, 200])
  func keepsTheBestInOrder(limit: Int) {
    let stream = RandomStream(seed: 2, .simulation)
    let scores = (0..<100).map { Float(stream.index(below: 20, at: $0)) }
    let excluded: [UInt32] = [0, 5, 6, 50, 99]
    let expected = (0..<UInt32(100)).filter { !excluded.contains($0) }
      .sorted { (-scores[Int($0)], $0) < (-scores[Int($1)], $1) }.prefix(limit)
    let found = TopItems.best(limit, of: scores.span, excluding: excluded.span)
    #expect(found?.map(\.row.rawValue) == Array(expected))
    #expect(found?.map(\.score) == expected.map { scores[Int($0)] })
  }

  @Test func doesNotDependOnTheOrderOfOffers() {
    let items = (0..<50).map { RankedItem(row: Row($0), score: Float($0 % 7)) }
    var forward = TopItems(limit: 11)
    var backward = TopItems(limit: 11)
    for item in items { forward.offer(item) }
    for item in items.reversed() { backward.offer(item) }
    #expect(forward.ranked == backward.ranked)
  }

  @Test func refusesScoresThatAreNoNumbers() {
    let scores: [Float] = [1, .nan, 3]
    #expect(TopItems.best(2, of: scores.span, excluding: [UInt32]().span) == nil)
    #expect(TopItems.best(2, of: scores.span, excluding: [UInt32(1)].span)?.map(\.row) == [Row(2), Row(0)])
  }

  @Test func hasNothingWhereAllIsExcluded() {
    let scores: [Float] = [1, 2]
    #expect(TopItems.best(2, of: scores.span, excluding: [0, 1].span) == [])
  }
}
