import Datasets
import Interactions
import ModelStore
import Plan

extension TrainingPlan {
  /// Refuses data without what the plan's objective needs.
  func check(fits data: PreparedDataset, in folder: String) throws(CommandFailure) {
    do throws(PlanError) { _ = try data.features(for: self) } catch {
      throw CommandFailure(.usage, "--\(error.field): \(error.problem)", hint: error.hint)
    }
    guard objective == .rating else { return }
    guard data.trainingMatrix(excludingValidation: validation).hasRatings, let test = data.testRatings else {
      throw CommandFailure(
        .usage, "--objective rating: the data in \(folder) has no ratings",
        hint: "prepare it from files with ratings, or learn from interactions alone: --objective implicit")
    }
    guard test.count > 0 else {
      throw CommandFailure(
        .usage, "--objective rating: the data in \(folder) holds out no ratings",
        hint: "prepare it with --split random:0.8 or temporal:0.8")
    }
  }

  /// What a NeuMF begins from; nil where it begins from random weights.
  func pretrainedModel(for data: PreparedDataset) throws -> PretrainedModel? {
    guard let pretrainedGMF, let pretrainedMLP else { return nil }
    let (gmf, mlp) = (try StoredModel(run: pretrainedGMF), try StoredModel(run: pretrainedMLP))
    do throws(PlanError) {
      let used = try data.features(for: self)
      for (field, model) in [("pretrained-gmf", gmf), ("pretrained-mlp", mlp)]
      where model.featureNames != used?.names ?? [] {
        throw PlanError(field, "it was trained with other features", hint: "train both models with the same --features")
      }
      /// What the stages stored is complete; training goes on with what an item adds to its features.
      func own(_ model: StoredModel) -> [Float] {
        used?.features.own(model.itemRows.span, featureRows: model.featureRows.span) ?? model.itemRows
      }
      return try PretrainedModel(
        gmf: gmf, mlp: mlp, ownRows: own, plan: self, size: data.size(for: self), dataFingerprint: data.fingerprint)
    } catch {
      throw CommandFailure(.usage, "--\(error.field): \(error.problem)", hint: error.hint)
    }
  }
}
