package import Interactions
import Plan

/// Ranks held-out items, on as many threads as asked. Tallies are integers, so their number does not change the result.
package enum RankingEvaluation {
  /// Each held-out item among its case's fixed negatives. A negative that is the held-out item itself is passed over.
  /// - Parameter makeScorer: called once on each thread
  /// - Throws: for the first case with a score that is NaN
  package static func sampled<Scorer: ItemScorer & ~Copyable>(
    _ cases: EvaluationCases, topK: Int, threads: Int, makeScorer: @Sendable () -> Scorer
  ) throws(RankingError) -> RankTally {
    try tally(cases, topK: topK, threads: threads) { range in
      var scorer = makeScorer()
      var tally = RankTally(topK: topK)
      var candidates: [UInt32] = []
      var scores: [Float] = []
      for index in range {
        let positive = cases.item(at: index).rawValue
        candidates.removeAll(keepingCapacity: true)
        candidates.append(positive)
        let negatives = cases.negatives(at: index)
        for place in negatives.indices where negatives[place] != positive { candidates.append(negatives[place]) }
        while scores.count < candidates.count { scores.append(0) }
        let user = cases.user(at: index)
        scorer.score(user, candidates, into: &scores)
        guard let rank = CaseRank.ofFirst(scores.span.extracting(0..<candidates.count)) else {
          return .failure(RankingError(user: user))
        }
        tally.record(rank: rank)
      }
      return .success(tally)
    }
  }

  /// Each held-out item among the whole catalogue, without what the user is known to have interacted with: the items of
  /// `seen`, and the held-out items of the user's other cases here and in `alsoHeldOut`. What the data set holds out
  /// without making it a case competes like any other item.
  package static func full<Scorer: ItemScorer & ~Copyable>(
    _ cases: EvaluationCases, seen: InteractionMatrix, alsoHeldOut: EvaluationCases? = nil, topK: Int, threads: Int,
    makeScorer: @Sendable () -> Scorer
  ) throws(RankingError) -> RankTally {
    let heldOut = HeldOutItems([cases] + (alsoHeldOut.map { [$0] } ?? []))
    return try tally(cases, topK: topK, threads: threads) { range in
      var scorer = makeScorer()
      var tally = RankTally(topK: topK)
      var scores = [Float](repeating: 0, count: scorer.itemCount)
      for index in range {
        let user = cases.user(at: index)
        let positive = cases.item(at: index).rawValue
        scorer.scoreAll(user, into: &scores)
        let bound = scores[Int(positive)]
        guard var rank = CaseRank.reaching(bound, in: scores.span) else { return .failure(RankingError(user: user)) }
        // The held-out item reaches itself.
        rank -= 1
        let known = seen.items(of: user)
        for place in known.indices where known[place] != positive && scores[Int(known[place])] >= bound { rank -= 1 }
        for item in heldOut.items(of: user)
        where item != positive && scores[Int(item)] >= bound && !seen.contains(user: user, item: Row(rawValue: item)) {
          rank -= 1
        }
        tally.record(rank: rank)
      }
      return .success(tally)
    }
  }

  /// Cuts the cases into one run per thread and adds up what the runs give.
  private static func tally(
    _ cases: EvaluationCases, topK: Int, threads: Int,
    _ rank: @Sendable (Range<Int>) -> Result<RankTally, RankingError>
  ) throws(RankingError) -> RankTally {
    let threads = max(1, min(threads, cases.count))
    let parts = ThreadTeam.map(threads) { rank(cases.count * $0 / threads..<cases.count * ($0 + 1) / threads) }
    var sum = RankTally(topK: topK)
    for part in parts { sum += try part.get() }
    return sum
  }
}

/// The held-out items of each user, each once.
struct HeldOutItems: Sendable {
  private var itemsOfUsers: [UInt32: [UInt32]] = [:]

  init(_ all: [EvaluationCases]) {
    for cases in all {
      for index in 0..<cases.count {
        let item = cases.item(at: index).rawValue
        let user = cases.user(at: index).rawValue
        if itemsOfUsers[user]?.contains(item) != true { itemsOfUsers[user, default: []].append(item) }
      }
    }
  }

  func items(of user: Row) -> [UInt32] { itemsOfUsers[user.rawValue] ?? [] }
}
