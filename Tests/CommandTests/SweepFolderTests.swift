import ArgumentParser
import Foundation
import ModelStore
import Plan
import Telemetry
import TestSupport
import Testing

@testable import neumf

/// What a sweep finds in its folder when it goes on.
struct SweepFolderTests {
  let scratch: TemporaryFolder
  let folder: SweepFolder
  let job: SweepSchedule.Job

  init() throws {
    scratch = try TemporaryFolder()
    folder = SweepFolder(path: scratch.path("sweep"))
    let schedule = try SweepSchedule(
      SweepPreset.models.design, TrainingOptions.parse(["--epochs", "2"]), seeds: [1], folder: folder.trials,
      interactions: 1_000_000)
    job = try #require(schedule.jobs.last)
    try folder.open(as: identity())
  }

  private func identity(_ name: String = "models", _ fingerprint: String = "ab") -> SweepFolder.Identity {
    SweepFolder.Identity(name: name, data: ModelConfig.Source(path: "data", fingerprint: fingerprint))
  }

  /// A report such as a run of the job has, with or without the digest of one that is done.
  private func report(digest: String) throws -> RunReport {
    var report = RunReport(plan: job.plan, data: ProblemSize(users: 1, items: 1, trainingInteractions: 1))
    report.digest = digest
    try report.write(to: "\(folder.run(job.name).path)/report.json")
    return report
  }

  @Test func aJobIsDoneWhenItsReportHasADigest() throws {
    #expect(try folder.progress(of: job) == .toBegin)
    try folder.run(job.name).writePlan(job.plan)
    #expect(try folder.progress(of: job) == .toBegin, "without a checkpoint there is nothing to go on from")
    _ = try report(digest: "")
    #expect(try folder.progress(of: job) == .toBegin)
    let done = try report(digest: "ab12")
    #expect(try folder.progress(of: job) == .done(done))
  }

  @Test func aJobWithoutACheckpointBeginsAnew() throws {
    try folder.run(job.name).writePlan(job.plan)
    let arguments = try folder.trainArguments(job, .toBegin, data: "data")
    #expect(arguments.contains("--output") && arguments.contains(folder.plan(job.name)))
    let isThere = FileManager.default.fileExists(atPath: folder.run(job.name).planPath)
    #expect(!isThere, "train refuses another run's folder")
    #expect(try TrainingOptions.read(folder.plan(job.name)) == job.plan)
    let resumed = try folder.trainArguments(job, .begun, data: "data")
    #expect(resumed.contains("--resume") && !resumed.contains("--plan"))
  }

  @Test func anotherPlanIsRefusedWithTheOptionsThatDiffer() throws {
    var plan = job.plan
    plan.batchSize = 64
    plan.cluster.workers = 7
    try folder.run(job.name).writePlan(plan)
    let failure = #expect(throws: CommandFailure.self) { try folder.progress(of: job) }
    #expect(failure?.message.contains("with another --batch-size, --workers") == true, "\(String(describing: failure))")
  }

  @Test func theFolderMayHaveMoved() throws {
    var plan = job.plan
    plan.pretrainedGMF = "/elsewhere/trials/gmf-seed-1"
    plan.pretrainedMLP = "/elsewhere/trials/mlp-seed-1"
    try folder.run(job.name).writePlan(plan)
    let done = try report(digest: "ab12")
    #expect(try folder.progress(of: job) == .done(done))
    plan.pretrainedMLP = "/elsewhere/trials/other"
    try folder.run(job.name).writePlan(plan)
    #expect(throws: CommandFailure.self) { try folder.progress(of: job) }
  }

  @Test func anotherSweepOrOtherDataIsRefused() throws {
    try folder.open(as: identity())
    for other in [identity("factors"), identity("models", "cd")] {
      let failure = #expect(throws: CommandFailure.self) { try folder.open(as: other) }
      #expect(failure?.status == .cannotWrite && failure?.hint?.contains("--output") == true)
    }
  }
}
