import FoundationEssentials
package import Plan
import SectionFile

/// A trained model with the names of its users and items, as RUN/model/ keeps it.
package struct StoredModel: Sendable {
  package let config: ModelConfig
  /// `[users × rowWidth]`, as `NetworkShape` lays out a row.
  package let userRows: [Float]
  /// `[items × rowWidth]`, complete: where items have features, their rows are in it.
  package let itemRows: [Float]
  /// `[features × rowWidth]`
  package let featureRows: [Float]
  /// Of each feature, such as `genre=Drama`.
  package let featureNames: [String]
  /// `[denseCount]`
  package let dense: [Float]
  /// What the scores of a model of ratings stand for.
  package let ratings: RatingNormalizer?
  package let users: IDTable
  package let items: IDTable
  /// What a person knows of each item.
  package let descriptions: [ItemDescription]

  package init(
    config: ModelConfig, userRows: [Float], itemRows: [Float], featureRows: [Float] = [], featureNames: [String] = [],
    dense: [Float], ratings: RatingNormalizer? = nil,
    users: IDTable, items: IDTable, descriptions: [ItemDescription]
  ) {
    let shape = config.shape
    precondition(userRows.count == config.users * shape.rowWidth, "\(userRows.count) floats of \(config.users) users")
    precondition(itemRows.count == config.items * shape.rowWidth, "\(itemRows.count) floats of \(config.items) items")
    precondition(dense.count == shape.denseCount, "\(dense.count) dense weights of \(shape.denseCount)")
    precondition(users.count == config.users, "\(users.count) ids of \(config.users) users")
    precondition(items.count == config.items, "\(items.count) ids of \(config.items) items")
    precondition(descriptions.count == config.items, "\(descriptions.count) descriptions of \(config.items) items")
    precondition(config.ratings == ratings?.scheme, "a config of other ratings than the model's")
    precondition(featureNames.count == config.features ?? 0, "\(featureNames.count) names of features")
    precondition(
      featureRows.count == featureNames.count * shape.rowWidth,
      "\(featureRows.count) floats of \(featureNames.count) features")
    self.featureRows = featureRows
    self.featureNames = featureNames
    self.ratings = ratings
    self.config = config
    self.userRows = userRows
    self.itemRows = itemRows
    self.dense = dense
    self.users = users
    self.items = items
    self.descriptions = descriptions
  }

  package var shape: NetworkShape { config.shape }

  /// The SHA-256 of all parameters (see `ModelDigest`).
  package var digest: String {
    var digest = ModelDigest()
    digest.update(userRows.span)
    digest.update(itemRows.span)
    digest.update(featureRows.span)
    digest.update(dense.span)
    return digest.finish()
  }

  var parameters: CanonicalParameters {
    CanonicalParameters(
      rowWidth: shape.rowWidth, userRows: userRows, itemRows: itemRows, featureRows: featureRows, dense: dense,
      userMeans: ratings?.userMeans ?? [], itemMeans: ratings?.itemMeans ?? [], userRatings: ratings?.userRatings ?? [])
  }
}

/// The files of RUN/model/.
enum ModelFiles {
  static func folder(in run: String) -> String { "\(run)/model" }
  /// Where the folder's predecessor stands while it is replaced.
  static func previous(in run: String) -> String { "\(run)/model.previous" }
  static let config = "config.json"
  static let tensors = "model.safetensors"
  static let users = "users.tsv"
  static let items = "items.tsv"
  static let features = "features.tsv"
  static let userHeading = ["row", "id"]
  static let itemHeading = ["row", "id", "title", "genres"]
  static let featureHeading = ["row", "feature"]
  /// Between the genres of an item, as MovieLens has it.
  static let genreSeparator = "|"
}
