import Foundation
import ModelStore
import Plan
import TestSupport
import Testing

/// A NeuMF that begins from a trained GMF and a trained MLP.
@Suite(.serialized) struct PretrainingTests {
  let scratch: TemporaryFolder
  let data: SmallData
  /// Fine-tuning as in the paper.
  private let tuning = [
    "--optimizer", "sgd", "--momentum", "0.5", "--pretrain-learning-rate", "0.01", "--pretrain-epochs", "3",
  ]

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  private func train(
    _ name: String, workers: Int = 2, servers: Int = 1, epochs: Int = 3, _ more: [String]
  ) throws -> NeumfProcess.Result {
    try NeumfProcess.run(
      data.trainArguments(scratch.path(name), workers: workers, servers: servers, epochs: epochs, more), in: scratch)
  }

  @Test func trainingBeginsFromBothModels() throws {
    for model in ["gmf", "mlp"] {
      let result = try train(model, ["--model", model])
      #expect(result.exitCode == 0, "\(result.errors)")
    }
    let from = ["--pretrained-gmf", scratch.path("gmf"), "--pretrained-mlp", scratch.path("mlp")]
    // Steps too short to change a float leave what the training begins from.
    let still = [
      "--pretrain-alpha", "0.25", "--optimizer", "sgd", "--learning-rate", "1e-30", "--l2", "0", "--averaging", "0",
      "--no-biases",
    ]
    let result = try train("whole", workers: 3, servers: 2, epochs: 1, from + still)
    #expect(result.exitCode == 0, "\(result.errors)")
    let whole = try StoredModel(run: scratch.path("whole"))
    var plan = TrainingPlan.usual(tunes: .gmf)
    (plan.factors, plan.layers, plan.pretrainAlpha, plan.biases) = (4, [16, 8], 0.25, false)
    let config = whole.config
    let expected = try PretrainedModel(
      gmf: StoredModel(run: scratch.path("gmf")), mlp: StoredModel(run: scratch.path("mlp")), plan: plan,
      size: ProblemSize(
        users: config.users, items: config.items, trainingInteractions: config.trainingInteractions),
      dataFingerprint: config.data.fingerprint)
    #expect(whole.userRows == expected.userRows && whole.itemRows == expected.itemRows)
    #expect(whole.dense == expected.dense)

    let other = try train("other", epochs: 1, from + ["--factors", "5"])
    #expect(other.exitCode == 64 && other.errors.contains("--pretrained-gmf"), "\(other.errors)")
    let swapped = try train(
      "swapped", epochs: 1, ["--pretrained-mlp", scratch.path("gmf"), "--pretrained-gmf", scratch.path("mlp")])
    #expect(swapped.exitCode == 64 && swapped.errors.contains("--pretrained-gmf"), "\(swapped.errors)")
    let missing = try train("missing", epochs: 1, ["--pretrained-gmf", "nowhere", "--pretrained-mlp", "nowhere"])
    #expect(missing.exitCode == 66 && missing.errors.contains("nowhere"), "\(missing.errors)")
    for name in ["other", "swapped", "missing"] {
      #expect(!FileManager.default.fileExists(atPath: scratch.path(name)))
    }
  }

  @Test func oneCommandTrainsAllThreeAndGoesOnWhereverItWasStopped() throws {
    let reference = try train("reference", ["--pretrain"] + tuning)
    #expect(reference.exitCode == 0, "\(reference.errors)")
    #expect(reference.output.contains("stage 1 of 3, gmf") && reference.output.contains("stage 3 of 3, neumf"))
    let places = ["stage 1 of 3", "Training gmf", "stage 2 of 3", "Training mlp", "stage 3 of 3", "Training neumf"]
      .map { reference.output.range(of: $0)?.lowerBound }
    #expect(places.allSatisfy { $0 != nil } && places.compactMap(\.self) == places.compactMap(\.self).sorted())
    let digest = try #require(reference.digest)
    let other = try train("other", workers: 3, servers: 2, ["--pretrain"] + tuning)
    #expect(other.digest == digest)

    // Stopped within the first stage, then after it, then within the last.
    let run = scratch.path("stopped")
    let process = try NeumfProcess(
      data.trainArguments(run, workers: 1, servers: 1, epochs: 3, ["--pretrain"] + tuning), in: scratch)
    try wait(until: { Self.hasTrained("\(run)/pretraining/gmf") }, "the first stage is under way")
    process.process.interrupt()
    let stopped = try process.finish()
    #expect(stopped.exitCode == 130, "\(stopped.errors)")
    #expect(stopped.errors.contains("--resume \(run)\n"), "\(stopped.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(run)/checkpoints"))
    let resumed = try NeumfProcess(
      ["train", "--data", data.folder, "--resume", run, "--workers", "2", "--servers", "2"], in: scratch)
    try wait(until: { Self.hasTrained(run) }, "the last stage is under way")
    resumed.process.interrupt()
    let again = try resumed.finish()
    #expect(again.exitCode == 130 || again.digest == digest, "\(again.errors)")
    let last = try NeumfProcess.run(
      ["train", "--data", data.folder, "--resume", run, "--workers", "3", "--servers", "1"], in: scratch)
    #expect(last.exitCode == 0 && last.digest == digest, "\(last.errors)")
  }

  @Test func aFinishedStageIsNotTrainedAgain() throws {
    _ = try train("run", ["--pretrain", "--pretrain-product", "mf"] + tuning)
    let run = scratch.path("run")
    let digest = try StoredModel(run: run).digest
    // As if it had been stopped between the second stage and the third.
    for name in ["checkpoints", "model", "report.json"] {
      try FileManager.default.removeItem(atPath: "\(run)/\(name)")
    }
    let moved = scratch.path("moved")
    try FileManager.default.moveItem(atPath: run, toPath: moved)
    let result = try NeumfProcess.run(["train", "--data", data.folder, "--resume", moved], in: scratch)
    #expect(result.output.contains("stage 1 of 3, mf: is trained"), "\(result.errors)")
    #expect(result.output.contains("stage 2 of 3, mlp: is trained") && result.digest == digest)
  }

  @Test(arguments: [
    (["--pretrain", "--model", "mlp"], "--pretrain"), (["--pretrain-epochs", "3"], "--pretrain-epochs"),
    (["--pretrain-product", "mf"], "--pretrain-product"),
    (["--pretrain", "--pretrain-product", "mlp"], "--pretrain-product"),
    (["--pretrain", "--pretrained-gmf", "x", "--pretrained-mlp", "y"], "--pretrain"),
    (["--pretrained-gmf", "x"], "--pretrained-gmf"), (["--pretrain-alpha", "2"], "--pretrain-alpha"),
  ]) func impossibleStagesAreRefusedBeforeAnyWork(_ options: [String], _ name: String) throws {
    let result = try train("run", options)
    #expect(result.exitCode == 64 && result.errors.contains("\(name):"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
  }

  /// Whether a run has finished an epoch.
  private static func hasTrained(_ run: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(run)/report.json")
  }
}
