/// One epoch of a run.
package struct EpochReport: Equatable, Sendable {
  /// From 1.
  package let epoch: Int
  /// The mean over all samples; not finite where the training diverged, which JSON shows as null.
  package let loss: Double
  /// HR@K and NDCG@K by K; empty where the epoch was not evaluated, and for ratings.
  package let hitRatio: [Int: Double]
  package let ndcg: [Int: Double]
  /// MAE, RMSE and R² of predicted ratings; nil where the epoch was not evaluated, or no ratings are learnt.
  package let errors: RatingMeasures?
  /// The same at the plan's K on the validation items; nil where none are held out or the epoch was not evaluated.
  package let validation: ValidationScore?
  /// Positives times one more than the negatives of each.
  package let samples: Int
  /// All between two evaluations: sampling, pull, compute, push, waiting, checkpoints.
  package let trainingSeconds: Double
  package let evaluationSeconds: Double

  package init(
    epoch: Int, loss: Double, hitRatio: [Int: Double] = [:], ndcg: [Int: Double] = [:],
    errors: RatingMeasures? = nil, validation: ValidationScore? = nil, samples: Int, trainingSeconds: Double,
    evaluationSeconds: Double = 0
  ) {
    self.epoch = epoch
    self.loss = loss
    self.hitRatio = hitRatio
    self.ndcg = ndcg
    self.errors = errors
    self.validation = validation
    self.samples = samples
    self.trainingSeconds = trainingSeconds
    self.evaluationSeconds = evaluationSeconds
  }

  /// What epochs are compared by, the higher the better: on the validation items where there are some.
  func score(topK: Int) -> Double? { validation?.score ?? hitRatio[topK] ?? errors.map { -$0.rmse } }

  package var samplesPerSecond: Double { trainingSeconds > 0 ? Double(samples) / trainingSeconds : 0 }
}

extension EpochReport: Codable {
  private enum CodingKeys: String, CodingKey {
    case epoch, loss, hitRatio, ndcg, validation, samples, trainingSeconds, evaluationSeconds
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    epoch = try container.decode(Int.self, forKey: .epoch)
    loss = try container.decode(Double?.self, forKey: .loss) ?? .nan
    hitRatio = try container.decode([Int: Double].self, forKey: .hitRatio)
    ndcg = try container.decode([Int: Double].self, forKey: .ndcg)
    errors = try RatingMeasures(beside: decoder)
    validation = try container.decodeIfPresent(ValidationScore.self, forKey: .validation)
    samples = try container.decode(Int.self, forKey: .samples)
    trainingSeconds = try container.decode(Double.self, forKey: .trainingSeconds)
    evaluationSeconds = try container.decode(Double.self, forKey: .evaluationSeconds)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(epoch, forKey: .epoch)
    try container.encode(loss.isFinite ? loss : nil, forKey: .loss)
    try container.encode(hitRatio, forKey: .hitRatio)
    try container.encode(ndcg, forKey: .ndcg)
    try errors?.encode(to: encoder)
    try container.encodeIfPresent(validation, forKey: .validation)
    try container.encode(samples, forKey: .samples)
    try container.encode(trainingSeconds, forKey: .trainingSeconds)
    try container.encode(evaluationSeconds, forKey: .evaluationSeconds)
  }
}
