import Datasets
import Interactions
import ModelStore
import Plan

extension TrainingPlan {
  /// Refuses data without what the plan's objective needs.
  func check(fits data: PreparedDataset, in folder: String) throws(CommandFailure) {
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
    let matrix = data.trainingMatrix(excludingValidation: validation)
    let (gmf, mlp) = (try StoredModel(run: pretrainedGMF), try StoredModel(run: pretrainedMLP))
    do throws(PlanError) {
      return try PretrainedModel(
        gmf: gmf, mlp: mlp, plan: self,
        size: ProblemSize(users: matrix.users, items: matrix.items, trainingInteractions: matrix.count),
        dataFingerprint: data.fingerprint)
    } catch {
      throw CommandFailure(.usage, "--\(error.field): \(error.problem)", hint: error.hint)
    }
  }
}
