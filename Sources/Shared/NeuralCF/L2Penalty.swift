package import Plan

/// λ of λ/2 · ‖w‖², for the rows of each table and for the dense weights.
package struct L2Penalty: Sendable {
  let users: Float
  package let items: Float
  let dense: Float

  package init(users: Float, items: Float, dense: Float) {
    self.users = users
    self.items = items
    self.dense = dense
  }

  /// The same, and none on the rows of items.
  package var withoutItems: L2Penalty { L2Penalty(users: users, items: 0, dense: dense) }

  package init(_ plan: TrainingPlan) {
    self.init(users: Float(plan.l2Users ?? plan.l2), items: Float(plan.l2Items ?? plan.l2), dense: Float(plan.l2))
  }
}
