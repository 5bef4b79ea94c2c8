import CoordinatorProgram
import Datasets
import Foundation
import ModelStore
import Plan
import ZeroMQ

/// The folder that a job writes.
struct RunFolder {
  let path: String

  var planPath: String { "\(path)/plan.json" }
  var logFolder: String { "\(path)/log" }

  /// Where the coordinator of the run's job listens, or listened.
  var coordinatorEndpoint: String {
    get throws {
      guard let bytes = FileManager.default.contents(atPath: "\(path)/\(RunRecorder.endpointFile)") else {
        throw CommandFailure(
          .missingInput, "\(path): no coordinator has written there where it listens",
          hint: "give the RUN folder of a job that runs, or --coordinator ENDPOINT")
      }
      let address = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      if case .ipc(let file) = try Endpoint(address).place, !FileManager.default.fileExists(atPath: file) {
        // A coordinator takes its socket's file away when it ends; one that was killed leaves it to its successor.
        throw CommandFailure(
          .unavailable, "\(path): no job runs there any more",
          hint: "\(path)/report.html says how it went; to go on with it: neumf train --resume \(path)")
      }
      return address
    }
  }

  /// Where a model that is trained before this run's has its own.
  func stage(_ model: ModelKind) -> RunFolder { RunFolder(path: "\(path)/pretraining/\(model.rawValue)") }

  /// Makes the folder of a new job, and refuses one that holds another.
  func create(with plan: TrainingPlan) throws {
    if FileManager.default.fileExists(atPath: planPath) {
      throw CommandFailure(
        .cannotWrite, "\(path): holds another run", hint: "go on with it: --resume \(path), or choose another --output")
    }
    try writePlan(plan)
  }

  /// Writes the full plan, and makes the folders that are not there yet.
  func writePlan(_ plan: TrainingPlan) throws {
    do {
      try FileManager.default.createDirectory(atPath: logFolder, withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try encoder.encode(plan).write(to: URL(fileURLWithPath: planPath), options: .atomic)
    } catch {
      throw CommandFailure(
        .cannotWrite, "\(path): cannot be written: \(error.localizedDescription)",
        hint: "check the folder and its free space")
    }
  }

  /// Whether what is trained before this run's own model was stopped, so that there is no checkpoint yet.
  var isBetweenStages: Bool {
    get throws {
      guard FileManager.default.fileExists(atPath: planPath), try Checkpoints.latest(in: path).newest == nil else {
        return false
      }
      return try TrainingOptions.read(planPath).pretraining != nil
    }
  }

  /// The newest whole checkpoint; says which damaged ones it passed over.
  func latestCheckpoint(for dataset: PreparedDataset) throws -> Checkpoint {
    let search = try Checkpoints.latest(in: path)
    for damage in search.passedOver { print("passed over a damaged checkpoint: \(damage)") }
    guard let checkpoint = search.newest else {
      throw CommandFailure(
        .missingInput, "\(path): has no checkpoint to go on from", hint: "start the job anew with --output")
    }
    guard checkpoint.header.dataFingerprint == dataset.fingerprint else {
      throw CommandFailure(
        .badData,
        "\(path): was trained on other data (\(checkpoint.header.dataFingerprint), not \(dataset.fingerprint))",
        hint: "give the folder of the data that the run began with")
    }
    return checkpoint
  }

  /// A job may go on with other processes and for longer; what decides the trained bits must stay.
  func check(_ plan: TrainingPlan, resumes old: TrainingPlan) throws {
    var comparable = plan
    comparable.cluster = old.cluster
    comparable.epochs = old.epochs
    comparable.topK = old.topK
    comparable.evaluateEvery = old.evaluateEvery
    comparable.checkpointEvery = old.checkpointEvery
    comparable.recovery = old.recovery
    comparable.stopAfterStaleEpochs = old.stopAfterStaleEpochs
    guard comparable == old else {
      throw CommandFailure(
        .usage, "\(path): the plan of a run that goes on cannot change what it trains",
        hint: "only the cluster, epochs, evaluation, checkpoint and recovery options may differ from \(planPath)")
    }
  }
}
