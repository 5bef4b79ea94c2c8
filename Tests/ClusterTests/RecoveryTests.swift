import Foundation
import Glibc
import TestSupport
import Testing

/// Real processes are killed, and the job goes on by itself to the same bits.
@Suite(.serialized) struct RecoveryTests {
  let scratch: TemporaryFolder
  let data: SmallData

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  private struct Report: Decodable {
    struct Recovery: Decodable {
      let role: String
      let index: Int
    }
    struct Updates: Decodable {
      let pushed: Int
      let applied: Int
      let lost: Int
    }
    let recoveries: [Recovery]
    let updates: Updates
    let digest: String
  }

  private func report(_ run: String) throws -> Report {
    try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(fileURLWithPath: "\(run)/report.json")))
  }

  private func arguments(_ name: String, _ more: [String] = []) -> [String] {
    data.trainArguments(scratch.path(name), workers: 2, servers: 2, epochs: 24, more)
  }

  /// How many epochs the report has so far; it appears whole or not at all.
  private func epochsDone(_ run: String) throws -> Int {
    struct Epochs: Decodable {
      struct Epoch: Decodable {}
      let epochs: [Epoch]
    }
    guard let report = FileManager.default.contents(atPath: "\(run)/report.json") else { return 0 }
    return try JSONDecoder().decode(Epochs.self, from: report).epochs.count
  }

  @Test func jobGoesOnToTheSameBitsWhoeverIsKilled() throws {
    let quiet = try NeumfProcess.run(arguments("quiet"), in: scratch)
    #expect(quiet.exitCode == 0, "\(quiet.errors)")
    let run = scratch.path("killed")
    let job = try NeumfProcess(arguments("killed"), in: scratch)
    for (place, role) in ["worker", "server", "coordinator", "worker"].enumerated() {
      try wait(until: { try epochsDone(run) > 1 + 4 * place || !job.process.isRunning }, "epochs after a kill")
      let victim = try #require(job.children.first { NeumfProcess.role(of: $0) == role }, "no \(role)")
      kill(victim, SIGKILL)
    }
    let result = try job.finish()
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.digest == quiet.digest && result.digest != nil)
    for role in ["worker", "server", "coordinator"] {
      #expect(result.errors.contains("\(role)") && result.errors.contains("was killed by signal 9"))
    }
    let found = try report(run)
    #expect(found.updates.lost == 0 && found.updates.pushed > 0 && found.digest == quiet.digest)
    #expect(found.recoveries.map(\.role).sorted() == ["coordinator", "server", "worker", "worker"])
  }

  @Test(arguments: ["ssp:2", "async"]) func nothingIsLostWithoutBarrier(_ consistency: String) throws {
    let run = scratch.path("killed")
    let job = try NeumfProcess(arguments("killed", ["--consistency", consistency]), in: scratch)
    for (place, role) in ["server", "worker"].enumerated() {
      try wait(until: { try epochsDone(run) > 1 + 4 * place || !job.process.isRunning }, "epochs after a kill")
      kill(try #require(job.children.first { NeumfProcess.role(of: $0) == role }, "no \(role)"), SIGKILL)
    }
    let result = try job.finish()
    #expect(result.exitCode == 0, "\(result.errors)")
    let found = try report(run)
    #expect(found.updates.lost == 0 && found.recoveries.count == 2)
  }

  /// The data goes away while the job trains, so that the successor of a killed worker cannot read it.
  @Test func successorThatCannotBeginEndsTheJobAtOnce() throws {
    let run = scratch.path("without")
    let job = try NeumfProcess(data.trainArguments(run, workers: 2, servers: 1, epochs: 5000), in: scratch)
    try wait(until: { try epochsDone(run) > 0 }, "the run is under way")
    try FileManager.default.removeItem(atPath: data.folder)
    kill(try #require(job.children.first { NeumfProcess.role(of: $0) == "worker" }), SIGKILL)
    let result = try job.finish()
    #expect(result.exitCode == 66, "\(result.errors)")
    #expect(result.errors.contains("ended with exit code 66") && result.errors.contains("--resume"), "\(result.errors)")
  }

  @Test func jobWhoseWorkerCannotLiveEnds() throws {
    let run = scratch.path("doomed")
    let job = try NeumfProcess(
      data.trainArguments(run, workers: 2, servers: 1, epochs: 5000), in: scratch)
    try wait(until: { try epochsDone(run) > 0 }, "the run is under way")
    let giveUp = {
      for worker in job.children where NeumfProcess.role(of: worker) == "worker" { kill(worker, SIGKILL) }
      return !job.process.isRunning
    }
    try wait(until: giveUp, "the job gives up")
    let result = try job.finish()
    #expect(result.exitCode == 75, "\(result.errors)")
    #expect(result.errors.contains("worker") && result.errors.contains("--resume"), "\(result.errors)")
  }
}
