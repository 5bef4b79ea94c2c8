package import Interactions
import Kernels
import NeuralCF
import Plan
package import Ranking
import Tables
package import Wire

extension ShardTrainer {
  /// Ranks the held-out items of this worker's users among their negatives, with the item rows collected last.
  /// - Throws: `RankingError` for a user whose scores are not numbers: the training has diverged.
  package func rank(_ cases: EvaluationCases) throws(RankingError) -> RankCounts {
    var tally = RankTally(topK: configuration.plan.topK)
    var scorer = Self.scorer(configuration, dense: dense, catalogue: catalogue)
    let held = configuration.users
    var user = FloatBuffer(count: shape.rowWidth)
    var candidates: [UInt32] = []
    var logits = FloatBuffer(count: cases.negativesPerCase + 1)
    for index in 0..<cases.count {
      let row = Int(cases.user(at: index).rawValue)
      guard held.contains(row) else { continue }
      Self.read(row - held.lowerBound, of: users, after: optimizerStep, into: &user)
      let positive = cases.item(at: index).rawValue
      candidates.removeAll(keepingCapacity: true)
      candidates.append(positive)
      let negatives = cases.negatives(at: index)
      for place in negatives.indices where negatives[place] != positive { candidates.append(negatives[place]) }
      Self.score(&scorer, user: user, candidates, into: &logits)
      guard let rank = Self.rank(logits, of: candidates.count) else { throw RankingError(user: cases.user(at: index)) }
      tally.record(rank: rank)
    }
    return RankCounts(counts: tally.counts, cases: tally.cases)
  }

  /// Compares what the model predicts of this worker's users with the ratings that they gave, with the item rows
  /// collected last.
  /// - Throws: `RankingError` for a user whose scores are not numbers: the training has diverged.
  package func measure(_ rated: RatedInteractions) throws(RankingError) -> RatingErrors {
    guard let ratings = configuration.ratings else { preconditionFailure("ratings measured of a model without any") }
    var tally = RatingTally(ratings.scheme)
    var scorer = Self.scorer(configuration, dense: dense, catalogue: catalogue)
    let held = configuration.users
    var buffer = FloatBuffer(count: shape.rowWidth)
    var scores = FloatBuffer(count: 0)
    var items: [UInt32] = []
    for run in rated.runsOfUsers(in: 0..<rated.count) {
      let user = rated.user(at: run.lowerBound)
      guard held.contains(Int(user.rawValue)) else { continue }
      Self.read(Int(user.rawValue) - held.lowerBound, of: users, after: optimizerStep, into: &buffer)
      items.removeAll(keepingCapacity: true)
      for index in run { items.append(rated.item(at: index).rawValue) }
      Self.grow(&scores, to: items.count)
      Self.score(&scorer, user: buffer, items, into: &scores)
      for (place, index) in run.enumerated() {
        guard scores[place] == scores[place] else { throw RankingError(user: user) }
        let expected = ratings.expected(scores[place], user: user, item: rated.item(at: index))
        tally.record(predicted: ratings.scheme.presented(expected), actual: rated.rating(at: index))
      }
    }
    return RatingErrors(
      minimum: tally.minimum, width: tally.width, cases: tally.cases, absolute: tally.absolute, squared: tally.squared,
      ratings: tally.ratings, ratingSquares: tally.ratingSquares)
  }

  private static func rank(_ logits: borrowing FloatBuffer, of count: Int) -> Int? {
    CaseRank.ofFirst(logits.span.extracting(0..<count))
  }

  private static func scorer(
    _ configuration: WorkerConfiguration, dense: borrowing FloatBuffer, catalogue: borrowing FloatBuffer
  ) -> Scorer {
    let shape = configuration.plan.shape
    let rows = catalogue.span.extracting(0..<configuration.size.itemRows * shape.rowWidth)
    guard let features = configuration.features else { return Scorer(shape: shape, dense: dense.span, itemRows: rows) }
    let completed = features.completed(rows, width: shape.rowWidth)
    return Scorer(shape: shape, dense: dense.span, itemRows: completed.span)
  }

  private static func read(
    _ row: Int, of table: borrowing RowTable, after step: UInt64, into buffer: inout FloatBuffer
  ) {
    var span = buffer.mutableSpan
    table.readModelRow(row, after: step, into: &span)
  }

  private static func score(
    _ scorer: inout Scorer, user: borrowing FloatBuffer, _ items: [UInt32], into logits: inout FloatBuffer
  ) {
    var all = logits.mutableSpan
    var span = all._mutatingExtracting(0..<items.count)
    scorer.score(userRow: user.span, items: items.span, into: &span)
  }
}
