package import Interactions
import Plan

/// How much of the exact best lists a search through clusters finds, and what it saves.
package struct SearchTally: Sendable, Equatable {
  package fileprivate(set) var users = 0
  /// Items of the exact lists, and those of them that were found.
  package fileprivate(set) var wanted = 0
  package fileprivate(set) var found = 0
  /// Scores that were computed, and those that the exact lists take: all items that a user has not seen.
  package fileprivate(set) var scored = 0
  package fileprivate(set) var all = 0

  package var recall: Double { wanted > 0 ? Double(found) / Double(wanted) : 1 }
  /// Of the catalogue, the items that the users have seen left out of both.
  package var scoredShare: Double { all > 0 ? Double(scored) / Double(all) : 1 }

  fileprivate mutating func add(_ other: SearchTally) {
    users += other.users
    wanted += other.wanted
    found += other.found
    scored += other.scored
    all += other.all
  }
}

package enum SearchEvaluation {
  // Limit: a recall of .95 over ten items each of this many users has a standard error below .002.
  private static let mostUsers = 1000

  /// Compares, for users evenly spread over all, on as many threads as asked; their number does not change the result.
  /// - Throws: for the first user with a score that is NaN
  package static func measure(
    _ model: RankingModel, _ clusters: ItemClusters, probing probes: Int, top limit: Int, seen: InteractionMatrix,
    threads: Int
  ) throws(RankingError) -> SearchTally {
    let users = min(model.userCount, mostUsers)
    let threads = max(1, min(threads, users))
    let parts = ThreadTeam.map(threads) { part -> Result<SearchTally, RankingError> in
      var search = ClusterSearch(model, clusters)
      var scorer = ModelScorer(model)
      var scores = [Float](repeating: 0, count: model.itemCount)
      var tally = SearchTally()
      for place in users * part / threads..<users * (part + 1) / threads {
        let user = Row(place * model.userCount / users)
        let known = seen.items(of: user)
        scorer.scoreAll(user, into: &scores)
        guard let exact = TopItems.best(limit, of: scores.span, excluding: known),
          let probed = search.best(limit, for: user, probing: probes, excluding: known)
        else { return .failure(RankingError(user: user)) }
        let rows = Set(probed.ranked.map(\.row))
        tally.users += 1
        tally.wanted += exact.count
        tally.found += exact.count { rows.contains($0.row) }
        tally.scored += probed.scored
        tally.all += model.itemCount - known.count
      }
      return .success(tally)
    }
    var sum = SearchTally()
    for part in parts { sum.add(try part.get()) }
    return sum
  }
}
