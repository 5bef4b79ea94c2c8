/// An epoch and its measures at the plan's K.
package struct ChosenEpoch: Codable, Equatable, Sendable {
  /// The cases on which the best epoch was chosen.
  package enum Held: String, Codable, Sendable { case validation, test }

  package let epoch: Int
  package let hitRatio: Double
  package let ndcg: Double
  /// Nil for an epoch that was not chosen, such as the last.
  package let chosenOn: Held?

  package init(epoch: Int, hitRatio: Double, ndcg: Double, chosenOn: Held?) {
    self.epoch = epoch
    self.hitRatio = hitRatio
    self.ndcg = ndcg
    self.chosenOn = chosenOn
  }
}
