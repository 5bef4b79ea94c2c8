import Foundation
import Links
import ModelStore
import Plan

/// The trainings that come before that of a NeuMF: its GMF and its MLP, each in a RUN folder of its own below the
/// whole's. What an earlier command finished or interrupted is not done again.
struct PretrainingStages {
  let plan: TrainingPlan
  /// How many there are to train on.
  let interactions: Int
  let data: String
  let folder: RunFolder
  let watches: Watches
  let trial: TrialOptions

  /// The plan of the whole with the runs of the stages in it.
  static func placed(_ plan: TrainingPlan, in folder: RunFolder) -> TrainingPlan {
    guard let pretraining = plan.pretraining else { return plan }
    var plan = plan
    plan.pretrainedGMF = folder.stage(pretraining.product).path
    plan.pretrainedMLP = folder.stage(.mlp).path
    return plan
  }

  /// Runs what is missing; anything but `done` ends the whole.
  func run() throws -> ExitStatus {
    let models = plan.pretraining?.models ?? []
    for (index, model) in models.enumerated() {
      let stage = folder.stage(model)
      let name = "stage \(index + 1) of \(models.count + 1), \(model.rawValue)"
      if FileManager.default.fileExists(atPath: "\(stage.path)/model/config.json") {
        OutputText.say("\(name): is trained, in \(stage.path)")
        continue
      }
      OutputText.say("\(name): in \(stage.path)")
      let resumes = try Checkpoints.latest(in: stage.path).newest != nil
      let stagePlan = plan.stage(model, of: interactions)
      try stage.writePlan(stagePlan)
      let status = try LocalCluster(
        plan: stagePlan, data: data, folder: stage, resumes: resumes, watches: watches, trial: trial,
        whole: folder
      ).run()
      if status != .done { return status }
    }
    OutputText.say("stage \(models.count + 1) of \(models.count + 1), neumf: in \(folder.path)")
    return .done
  }
}
