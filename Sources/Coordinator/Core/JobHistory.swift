package import Ranking

/// What a job has done so far: kept in every checkpoint, so that a resumed job reports as if it had never stopped.
package struct JobHistory: Codable, Sendable, Equatable {
  package var epochs: [EpochRecord] = []
  /// What the unfinished epoch has done.
  package var partial = PartialEpoch()
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

  /// The ranks that decide which epoch is best: those of the validation items, if there are any.
  package var deciding: RankTally? { validation ?? test }
}

extension JobHistory {
  /// The best epoch: the earliest with the highest HR.
  package func best(topK: Int) -> EpochRecord? {
    var best: EpochRecord?
    for record in epochs {
      guard let ranks = record.deciding else { continue }
      if let leader = best?.deciding, ranks.hitRatio(at: topK) <= leader.hitRatio(at: topK) { continue }
      best = record
    }
    return best
  }

  /// Evaluations since the best one.
  package func staleEvaluations(topK: Int) -> Int {
    guard let best = best(topK: topK) else { return 0 }
    return epochs.count { $0.epoch > best.epoch && $0.deciding != nil }
  }
}
