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

  /// Servers whose backups take their places, one after the other, while a worker that stands still keeps the job
  /// from leaving the training.
  @Test func backupsTakeOverAndNobodyGoesBack() throws {
    let quiet = try NeumfProcess.run(arguments("quiet"), in: scratch)
    #expect(quiet.exitCode == 0, "\(quiet.errors)")
    let run = scratch.path("backed")
    let job = try NeumfProcess(arguments("backed", ["--backups", "1"]), in: scratch)
    let worker = try standingWorker(of: job, run)
    for index in 0...1 {
      let server = try #require(try status(run).process(of: "server", index))
      kill(server, SIGKILL)
      try wait(until: { try status(run).recoveries == index + 1 }, "a backup takes over")
    }
    let after = try status(run)
    #expect(after.membership == 1 && after.phase == "training")
    kill(worker, SIGCONT)
    let result = try job.finish()
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.digest == quiet.digest && result.digest != nil)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count { $0.hasSuffix("its backup takes over") } == 2, "\(result.output)")
    #expect(!lines.contains { $0.contains("is lost") && $0.contains("going back") }, "\(result.output)")
    let found = try report(run)
    #expect(found.updates.lost == 0 && found.updates.pushed > 0)
    #expect(found.recoveries.map(\.role) == ["server", "server"] && found.recoveries.map(\.index) == [0, 1])
  }

  /// By hand, where nobody starts a lost worker again: the other trains its shards, until somebody starts one more.
  @Test func workersComeAndGo() throws {
    let options = ["--lease", "2"]
    let quiet = try NeumfProcess.run(arguments("quiet", options), in: scratch)
    #expect(quiet.exitCode == 0, "\(quiet.errors)")
    let endpoint = "tcp://127.0.0.1:\(try freePort())"
    let run = scratch.path("by-hand")
    let leader = try NeumfProcess(
      ["coordinator"] + arguments("by-hand", options).dropFirst() + ["--listen", endpoint], in: scratch)
    let servers = try (0..<2).map { _ in try NeumfProcess(["server", "--coordinator", endpoint], in: scratch) }
    let begin = {
      try NeumfProcess(["worker", "--coordinator", endpoint, "--data", data.folder], in: scratch)
    }
    let first = try begin()
    let second = try begin()
    try wait(until: { try epochsDone(run) > 1 || !leader.process.isRunning }, "the job is under way")
    kill(second.process.processIdentifier, SIGKILL)
    try wait(until: { try trainingWorkers(run) == 1 }, "the other goes on alone")
    let third = try begin()
    try wait(until: { try trainingWorkers(run) == 2 }, "a worker joins")
    let result = try leader.finish()
    #expect(result.exitCode == 0, "\(result.errors)")
    for member in servers + [first, third] { #expect(try member.finish().exitCode == 0) }
    #expect(result.digest == quiet.digest && result.digest != nil)
    #expect(try report(run).updates.lost == 0)
  }

  /// How many workers the job trains with at the moment.
  private func trainingWorkers(_ run: String) throws -> Int? {
    let found = try status(run)
    return found.phase == "training" ? found.members.count { $0.role == "worker" } : nil
  }

  private struct Status: Decodable {
    struct Member: Decodable {
      let role: String
      let index: Int
      let process: pid_t?
      let stillSeconds: Double?
      let isAwaited: Bool
    }
    let phase: String
    let membership: Int
    let recoveries: Int
    let members: [Member]
    func process(of role: String, _ index: Int) -> pid_t? {
      members.first { $0.role == role && $0.index == index }?.process
    }
  }

  private func status(_ run: String) throws -> Status {
    let text = try NeumfProcess.run(["status", "--run", run, "--json"], in: scratch).output
    return try JSONDecoder().decode(Status.self, from: Data(text.utf8))
  }

  /// Stops a worker in the middle of an epoch, where the others wait for it.
  private func standingWorker(of job: NeumfProcess, _ run: String) throws -> pid_t {
    try wait(until: { try epochsDone(run) > 1 || !job.process.isRunning }, "the job is under way")
    let worker = try #require(job.children.first { NeumfProcess.role(of: $0) == "worker" })
    try wait(
      until: {
        kill(worker, SIGSTOP)
        let found = try status(run)
        if found.phase == "training",
          let member = found.members.first(where: { $0.process == worker }), member.isAwaited
        {
          return member.stillSeconds ?? 0 > 0.5
        }
        kill(worker, SIGCONT)
        return false
      }, "a worker stands still in an epoch")
    return worker
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
