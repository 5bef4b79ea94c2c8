import Foundation
import ModelStore
import Plan

/// Models of a few rows with distinct values everywhere.
enum SmallModel {
  static func make(
    _ kind: ModelKind, seed: UInt64 = 1, ratings: RatingNormalizer? = nil, features: Int = 0, biases: Bool = false
  ) throws -> StoredModel {
    var plan = TrainingPlan()
    plan.model = kind
    plan.factors = 3
    plan.layers = [8, 5, 2]
    plan.biases = biases
    let size = ProblemSize(users: 5, items: 4, trainingInteractions: 12)
    let stream = RandomStream(seed: seed, .simulation)
    func floats(_ count: Int, _ first: UInt64) -> [Float] {
      (0..<UInt64(count)).map { Float(stream.normal(at: first + $0)) }
    }
    return StoredModel(
      config: ModelConfig(
        plan: plan, size: size, data: ModelConfig.Source(path: "/data/D", fingerprint: "f00d"),
        ratings: ratings?.scheme, features: features > 0 ? features : nil, epochs: 3),
      userRows: floats(5 * plan.shape.rowWidth, 0), itemRows: floats(4 * plan.shape.rowWidth, 1000),
      featureRows: floats(features * plan.shape.rowWidth, 3000),
      featureNames: (0..<features).map { "genre=\($0)" }, dense: floats(plan.shape.denseCount, 2000), ratings: ratings,
      users: try IDTable(["1", "2", "17", "x\ty", "ü"]),
      items: try IDTable(["10", "20", "30", "tab\there\nand \\there"]),
      descriptions: [
        ItemDescription(title: "Toy Story (1995)", genres: ["Animation", "Comedy"]),
        ItemDescription(), ItemDescription(title: #"C:\new\table"#),
        ItemDescription(title: "Amélie\tPoulain"),
      ])
  }

  static func bits(_ model: StoredModel) -> [UInt32] {
    (model.userRows + model.itemRows + model.featureRows + model.dense).map(\.bitPattern)
  }
}
