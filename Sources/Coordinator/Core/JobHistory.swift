package import Ranking
import Wire

/// What a job has done so far: kept in every checkpoint, so that a resumed job reports as if it had never stopped.
package struct JobHistory: Codable, Sendable, Equatable {
  package var epochs: [EpochRecord] = []
  /// What the unfinished epoch has done.
  package var partial = PartialEpoch()
  /// Whom the job has lost and replaced.
  package var recoveries: [RecoveryRecord] = []
  package init() {}
}

/// An epoch that was stopped in the middle.
package struct PartialEpoch: Codable, Sendable, Equatable {
  package var samples: UInt64 = 0
  /// In units of 2⁻²⁴ (see `Progress`).
  package var loss: Int64 = 0
  package var seconds = 0.0
  package init() {}
}

/// A finished epoch.
package struct EpochRecord: Codable, Sendable, Equatable {
  package let epoch: Int
  package let samples: UInt64
  /// The mean loss of a sample.
  package let loss: Double
  package var trainingSeconds: Double
  package var evaluationSeconds: Double
  package var test: RankTally?
  package var validation: RankTally?
  /// The same of a model of ratings.
  package var testErrors: RatingTally?
  package var validationErrors: RatingTally?

  /// What decides which epoch is best, the higher the better: the hit ratio or, of ratings, the RMSE below 0; on the
  /// validation items, if there are any.
  package func score(topK: Int) -> Double? {
    (validation ?? test)?.hitRatio(at: topK) ?? (validationErrors ?? testErrors).map { -$0.rmse }
  }
}

extension JobHistory {
  /// The best epoch: the earliest with the highest HR, or the lowest RMSE.
  package func best(topK: Int) -> EpochRecord? {
    var best: EpochRecord?
    for record in epochs {
      guard let score = record.score(topK: topK) else { continue }
      if let leader = best?.score(topK: topK), score <= leader { continue }
      best = record
    }
    return best
  }

  /// Evaluations since the best one.
  package func staleEvaluations(topK: Int) -> Int {
    guard let best = best(topK: topK) else { return 0 }
    return epochs.count { $0.epoch > best.epoch && $0.score(topK: topK) != nil }
  }
}

extension RatingTally {
  /// What a worker found.
  init(_ errors: RatingErrors) {
    self.init(
      minimum: errors.minimum, width: errors.width, cases: errors.cases, absolute: errors.absolute,
      squared: errors.squared, ratings: errors.ratings, ratingSquares: errors.ratingSquares)
  }
}
