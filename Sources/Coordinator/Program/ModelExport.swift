import Datasets
import Interactions
import ModelStore
import Plan

extension StoredModel {
  /// The model of a checkpoint, with the names that the prepared data gives its users and items.
  init(_ checkpoint: Checkpoint, data: PreparedDataset, folder: String) throws {
    let header = checkpoint.header
    let ratings =
      header.plan.objective == .rating
      ? RatingNormalizer(data.trainingMatrix(excludingValidation: header.plan.validation), plan: header.plan) : nil
    let used = try data.features(for: header.plan)
    let width = header.plan.shape.rowWidth
    let rows = checkpoint.weights(of: .item)
    self.init(
      config: ModelConfig(
        plan: header.plan, size: header.size, data: .init(path: folder, fingerprint: data.fingerprint),
        ratings: ratings?.scheme, features: used?.names.count, epochs: header.completedEpochs),
      userRows: checkpoint.weights(of: .user),
      itemRows: used?.features.completed(rows.span, width: width) ?? rows,
      featureRows: Array(rows.dropFirst(header.size.items * width)), featureNames: used?.names ?? [],
      dense: checkpoint.weights(of: .dense), ratings: ratings,
      users: try IDTable((0..<header.size.users).map { data.id(ofUser: Row($0)) }),
      items: try IDTable((0..<header.size.items).map { data.id(ofItem: Row($0)) }),
      descriptions: (0..<header.size.items).map { item in
        ItemDescription(title: data.title(of: Row(item)) ?? "", genres: data.genres(of: Row(item)))
      })
  }
}
