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

  /// What does not fit together in a history that was read; nil where all does.
  package func contradiction(topK: Int) -> String? {
    // Limit: as many samples as a worker may say that it has trained (see `FrameReader.total`).
    let limit: UInt64 = 1 << 60
    guard partial.samples <= limit else { return "\(partial.samples) samples of an unfinished epoch" }
    for (index, record) in epochs.enumerated() {
      guard record.epoch == index + 1, record.samples <= limit else {
        return "epoch \(record.epoch) with \(record.samples) samples where epoch \(index + 1) should be"
      }
      for tally in [record.test, record.validation] {
        guard tally?.isWhole(topK: topK) ?? true else { return "the ranks of epoch \(record.epoch)" }
      }
      for tally in [record.testErrors, record.validationErrors] {
        guard tally?.isWhole ?? true else { return "the errors of epoch \(record.epoch)" }
      }
    }
    return nil
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
