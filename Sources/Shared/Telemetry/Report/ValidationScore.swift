/// An epoch's measures on the validation items, at the plan's K, or on their ratings.
package struct ValidationScore: Equatable, Sendable {
  /// Nil for ratings.
  package let hitRatio: Double?
  package let ndcg: Double?
  package let errors: RatingMeasures?

  package init(hitRatio: Double, ndcg: Double) {
    self.hitRatio = hitRatio
    self.ndcg = ndcg
    errors = nil
  }

  package init(errors: RatingMeasures) {
    hitRatio = nil
    ndcg = nil
    self.errors = errors
  }

  /// What epochs are compared by, the higher the better.
  package var score: Double? { hitRatio ?? errors.map { -$0.rmse } }
}

extension ValidationScore: Codable {
  private enum CodingKeys: String, CodingKey { case hitRatio, ndcg }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    hitRatio = try container.decode(Double?.self, forKey: .hitRatio)
    ndcg = try container.decode(Double?.self, forKey: .ndcg)
    errors = try RatingMeasures(beside: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(hitRatio, forKey: .hitRatio)
    try container.encode(ndcg, forKey: .ndcg)
    try errors?.encode(to: encoder)
  }
}
