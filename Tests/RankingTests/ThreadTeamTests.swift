import Ranking
import Testing

@Suite struct ThreadTeamTests {
  @Test(arguments: [1, 2, 17, 200])
  func givesTheResultsInOrder(count: Int) {
    #expect(ThreadTeam.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
  }
}
