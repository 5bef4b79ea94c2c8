import Foundation
import Glibc
import TestSupport
import Testing

/// A finished, failed or interrupted job leaves no process behind, and says what happened.
@Suite(.serialized) struct ProcessEndTests {
  let scratch: TemporaryFolder
  let data: SmallData

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  /// A long job of two workers and two servers, once its workers train.
  private func longJob() throws -> (NeumfProcess, children: [pid_t]) {
    let run = scratch.path("long")
    let job = try NeumfProcess(data.trainArguments(run, workers: 2, servers: 2, epochs: 5000), in: scratch)
    try wait(
      until: { FileManager.default.contents(atPath: "\(run)/metrics.jsonl")?.contains(UInt8(ascii: "\n")) ?? false },
      "the run is under way")
    return (job, job.children)
  }

  private func child(_ role: String, of children: [pid_t]) throws -> pid_t {
    try #require(children.first { NeumfProcess.role(of: $0) == role })
  }

  @Test(arguments: [["--model", "neumf"], ["--model", "mf", "--objective", "rating"]])
  func divergedTrainingIsNamed(_ options: [String]) throws {
    let wild = ["--optimizer", "sgd", "--learning-rate", "1e15", "--averaging", "0"]
    let result = try NeumfProcess.run(
      data.trainArguments(scratch.path("wild"), workers: 2, servers: 1, wild + options), in: scratch)
    #expect(result.exitCode == 65, "\(result.errors)")
    #expect(result.errors.contains("diverged") && result.errors.contains("--learning-rate"), "\(result.errors)")
  }

  @Test func nobodyOutlivesAKilledSupervisor() throws {
    let (job, children) = try longJob()
    kill(job.process.processIdentifier, SIGKILL)
    _ = try job.finish()
    try wait(until: { children.allSatisfy { !isAlive($0) } }, "all processes of the job are gone")
  }

  @Test(arguments: [SIGINT, SIGTERM]) func signalStopsTheJobWithACheckpoint(_ signal: Int32) throws {
    let (job, children) = try longJob()
    kill(job.process.processIdentifier, signal)
    let result = try job.finish()
    #expect(result.exitCode == 130, "\(result.errors)")
    #expect(children.allSatisfy { !isAlive($0) })
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("long/checkpoints"))
    #expect(names.contains { $0.hasSuffix(".ckpt") })
  }

  /// The terminal sends Ctrl-C to every process of the job at once.
  @Test func interruptOfTheWholeGroupStopsTheJobWithACheckpoint() throws {
    let (job, children) = try longJob()
    for pid in children + [job.process.processIdentifier] { kill(pid, SIGINT) }
    #expect(try job.finish().exitCode == 130)
    #expect(children.allSatisfy { !isAlive($0) })
  }
}
