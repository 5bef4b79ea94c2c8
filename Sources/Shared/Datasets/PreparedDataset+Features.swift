package import Interactions
package import Plan

/// The features that a plan uses.
package struct UsedFeatures: Sendable, Equatable {
  package let features: ItemFeatures
  /// Of each feature, such as `genre=Drama`.
  package let names: [String]
}

extension PreparedDataset {
  /// The features of the fields that a plan names, or of all; nil where it names none or there are none.
  /// - Throws: where it names a field that the data does not have
  package func features(for plan: TrainingPlan) throws(PlanError) -> UsedFeatures? {
    let fields = summary.features ?? []
    for name in plan.features ?? [] where !fields.contains(where: { $0.field.name == name }) {
      let known = fields.map(\.field.name).joined(separator: ", ")
      throw PlanError(
        "features", "the data has no feature \(name)",
        hint: fields.isEmpty
          ? "neumf prepare --items FILE --features genre:multi brings some" : "it has \(known)")
    }
    let runs = fields.filter { plan.features?.contains($0.field.name) ?? true }.map(\.range)
    guard let features, !runs.isEmpty else { return nil }
    return UsedFeatures(features: features.selecting(runs), names: runs.joined().map { featureNames[$0] })
  }

  /// The sizes of what a plan trains on.
  package func size(for plan: TrainingPlan) throws(PlanError) -> ProblemSize {
    let matrix = trainingMatrix(excludingValidation: plan.validation)
    return ProblemSize(
      users: matrix.users, items: matrix.items, trainingInteractions: matrix.count, coldItems: summary.coldItems ?? 0,
      features: try features(for: plan)?.features.count ?? 0)
  }
}
