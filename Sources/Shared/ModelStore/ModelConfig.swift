package import Plan

/// `model/config.json`: what the tensors beside it make up, and where the data stands that they were trained on.
package struct ModelConfig: Codable, Sendable, Equatable {
  /// The prepared data.
  package struct Source: Codable, Sendable, Equatable {
    package var path: String
    package var fingerprint: String
    package init(path: String, fingerprint: String) {
      self.path = path
      self.fingerprint = fingerprint
    }
  }

  /// It grows when the meaning of a field or of a tensor changes.
  package static let currentVersion = 1

  package let formatVersion: Int
  package let model: ModelKind
  package let factors: Int
  package let layers: [Int]
  package let activation: ActivationKind
  /// Whether rows have biases besides those of MF; nil without.
  package let biases: Bool?
  package let users: Int
  package let items: Int
  package let trainingInteractions: Int
  /// What the scores of a model of ratings stand for; nil for a model of interactions.
  package let ratings: RatingScheme?
  /// How many features of items there are; nil without any.
  package let features: Int?
  package let data: Source
  /// Epochs that were trained.
  package let epochs: Int
  /// SHA-256 of the parameters (see `ModelDigest`); without one they are taken as they are.
  package internal(set) var digest: String?

  package init(
    plan: TrainingPlan, size: ProblemSize, data: Source, ratings: RatingScheme? = nil, features: Int? = nil, epochs: Int
  ) {
    self.ratings = ratings
    self.features = features
    formatVersion = Self.currentVersion
    model = plan.model
    factors = plan.factors
    layers = plan.layers
    activation = plan.activation
    biases = plan.biases ? true : nil
    users = size.users
    items = size.items
    trainingInteractions = size.trainingInteractions
    self.data = data
    self.epochs = epochs
  }

  package var shape: NetworkShape {
    NetworkShape(model: model, factors: factors, layers: layers, activation: activation, biases: biases ?? false)
  }

  /// What does not fit together in a config that was read; nil where all does.
  var contradiction: String? {
    var plan = TrainingPlan()
    plan.model = model
    plan.factors = factors
    plan.layers = layers
    do throws(PlanError) { try plan.validate() } catch { return "\(error)" }
    // Limit: as many rows as a 32-bit row number tells apart.
    let rows = 0...Int(UInt32.max)
    guard rows.contains(users), rows.contains(items) else { return "\(users) users and \(items) items" }
    return rows.contains(features ?? 0) ? nil : "\(features ?? 0) features"
  }
}
