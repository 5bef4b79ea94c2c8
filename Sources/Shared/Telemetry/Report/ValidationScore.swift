/// An epoch's measures on the validation items, at the plan's K.
package struct ValidationScore: Codable, Equatable, Sendable {
  package let hitRatio: Double
  package let ndcg: Double

  package init(hitRatio: Double, ndcg: Double) {
    self.hitRatio = hitRatio
    self.ndcg = ndcg
  }
}
