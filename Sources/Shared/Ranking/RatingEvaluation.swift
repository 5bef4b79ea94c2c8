package import Interactions
package import Plan

/// Compares predicted ratings with the true ones.
package enum RatingEvaluation {
  /// On as many threads as asked; their number does not change the result.
  /// - Parameter makeScorer: called once on each thread; its scores are expected ratings
  /// - Throws: for the first user with a score that is NaN
  package static func measure<Scorer: ItemScorer & ~Copyable>(
    _ rated: RatedInteractions, scheme: RatingScheme, threads: Int, makeScorer: @Sendable () -> Scorer
  ) throws(RankingError) -> RatingTally {
    let threads = max(1, min(threads, rated.count))
    let parts = ThreadTeam.map(threads) { part -> Result<RatingTally, RankingError> in
      var scorer = makeScorer()
      var tally = RatingTally(scheme)
      var items: [UInt32] = []
      var scores: [Float] = []
      let range = rated.count * part / threads..<rated.count * (part + 1) / threads
      for run in rated.runsOfUsers(in: range) {
        let user = rated.user(at: run.lowerBound)
        items.removeAll(keepingCapacity: true)
        for index in run { items.append(rated.item(at: index).rawValue) }
        while scores.count < items.count { scores.append(0) }
        scorer.score(user, items, into: &scores)
        for (place, index) in run.enumerated() {
          guard scores[place] == scores[place] else { return .failure(RankingError(user: user)) }
          tally.record(predicted: scheme.presented(scores[place]), actual: rated.rating(at: index))
        }
      }
      return .success(tally)
    }
    var sum = RatingTally(scheme)
    for part in parts { sum += try part.get() }
    return sum
  }
}
