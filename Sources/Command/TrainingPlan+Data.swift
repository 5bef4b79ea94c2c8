import Datasets
import Interactions
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
}
