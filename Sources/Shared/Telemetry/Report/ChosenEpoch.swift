/// An epoch and its measures at the plan's K, or on ratings.
package struct ChosenEpoch: Equatable, Sendable {
  /// The cases on which the best epoch was chosen.
  package enum Held: String, Codable, Sendable { case validation, test }

  package let epoch: Int
  /// Nil for ratings, which JSON shows as null.
  package let hitRatio: Double?
  package let ndcg: Double?
  package let errors: RatingMeasures?
  /// Nil for an epoch that was not chosen, such as the last.
  package let chosenOn: Held?

  package init(epoch: Int, hitRatio: Double?, ndcg: Double?, errors: RatingMeasures? = nil, chosenOn: Held?) {
    self.epoch = epoch
    self.hitRatio = hitRatio
    self.ndcg = ndcg
    self.errors = errors
    self.chosenOn = chosenOn
  }
}

extension ChosenEpoch: Codable {
  private enum CodingKeys: String, CodingKey { case epoch, hitRatio, ndcg, chosenOn }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    epoch = try container.decode(Int.self, forKey: .epoch)
    hitRatio = try container.decode(Double?.self, forKey: .hitRatio)
    ndcg = try container.decode(Double?.self, forKey: .ndcg)
    chosenOn = try container.decodeIfPresent(Held.self, forKey: .chosenOn)
    errors = try RatingMeasures(beside: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(epoch, forKey: .epoch)
    try container.encode(hitRatio, forKey: .hitRatio)
    try container.encode(ndcg, forKey: .ndcg)
    try container.encodeIfPresent(chosenOn, forKey: .chosenOn)
    try errors?.encode(to: encoder)
  }
}
