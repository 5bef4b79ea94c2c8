import Datasets
import Foundation
import ModelStore
import Plan
import Telemetry

/// The folder that a sweep writes: `trials/` with a RUN folder for each training, `plans/` and `log/` with what each
/// was begun with and what it said, and the results.
struct SweepFolder {
  let path: String

  var trials: String { "\(path)/trials" }
  func run(_ job: String) -> RunFolder { RunFolder(path: "\(trials)/\(job)") }
  func plan(_ job: String) -> String { "\(path)/plans/\(job).json" }
  func log(_ job: String) -> String { "\(path)/log/\(job).log" }

  /// What `sweep.json` says: which sweep of which data this is.
  struct Identity: Codable, Equatable {
    let name: String
    let data: ModelConfig.Source
  }

  /// How far a job is.
  enum Progress: Equatable {
    case toBegin
    /// There is a checkpoint, or more.
    case begun
    case done(RunReport)
  }

  /// Makes the folders, and refuses those of another sweep.
  func open(as identity: Identity) throws {
    let file = "\(path)/sweep.json"
    if let bytes = FileManager.default.contents(atPath: file) {
      let found: Identity
      do { found = try JSONDecoder().decode(Identity.self, from: bytes) } catch {
        throw CommandFailure(.badData, "\(file): cannot be read: \(error)", hint: "choose another --output")
      }
      guard found.name == identity.name else { throw refusal("holds the sweep \(found.name)") }
      guard found.data.fingerprint == identity.data.fingerprint else {
        throw refusal("holds a sweep of other data, \(found.data.path)")
      }
    }
    do {
      for name in ["trials", "plans", "log", "plots"] {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
      }
    } catch {
      throw CommandFailure(
        .cannotWrite, "\(path): cannot be written: \(error.localizedDescription)",
        hint: "check the folder and its free space")
    }
    try PageLayout.write(OutputText.json(identity) + "\n", to: file)
  }

  /// - Throws: `CommandFailure` where the folder has a run of that name with another plan
  func progress(of job: SweepSchedule.Job) throws -> Progress {
    let run = run(job.name)
    guard FileManager.default.fileExists(atPath: run.planPath) else { return .toBegin }
    let found = try TrainingOptions.read(run.planPath)
    let unlike = try Self.portable(found).fieldsUnlike(Self.portable(job.plan))
    guard unlike.isEmpty else {
      throw refusal("holds \(job.name) with another \(unlike.map { "--\($0)" }.joined(separator: ", "))")
    }
    if FileManager.default.fileExists(atPath: "\(run.path)/report.json") {
      let report = try RunReport(contentsOf: "\(run.path)/report.json")
      // A run gets its digest when it is done.
      if !report.digest.isEmpty { return .done(report) }
    }
    return try Checkpoints.latest(in: run.path).newest == nil ? .toBegin : .begun
  }

  /// The command that begins a job or goes on with it. What has no checkpoint begins anew.
  func trainArguments(_ job: SweepSchedule.Job, _ progress: Progress, data: String) throws -> [String] {
    let run = run(job.name)
    if progress == .begun { return ["train", "--data", data, "--resume", run.path, "--watch-parent"] }
    if FileManager.default.fileExists(atPath: run.planPath) {
      try FileManager.default.removeItem(atPath: run.planPath)
    }
    try PageLayout.write(OutputText.json(job.plan) + "\n", to: plan(job.name))
    return ["train", "--data", data, "--output", run.path, "--plan", plan(job.name), "--watch-parent"]
  }

  /// The plan without the place where the sweep's folder stands, which may have changed.
  private static func portable(_ plan: TrainingPlan) -> TrainingPlan {
    func name(_ path: String?) -> String? { path.map { URL(fileURLWithPath: $0).lastPathComponent } }
    var plan = plan
    plan.pretrainedGMF = name(plan.pretrainedGMF)
    plan.pretrainedMLP = name(plan.pretrainedMLP)
    return plan
  }

  private func refusal(_ problem: String) -> CommandFailure {
    CommandFailure(
      .cannotWrite, "\(path): \(problem)", hint: "repeat the command it was begun with, or choose another --output")
  }
}
