import Foundation
import TestSupport
import Testing

/// Real processes, real sockets: the trained bits depend on data, plan and seed alone.
@Suite(.serialized) struct DigestTests {
  let scratch: TemporaryFolder
  let data: SmallData

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  private func train(_ name: String, workers: Int, servers: Int, _ more: [String] = []) throws -> NeumfProcess.Result {
    let arguments = data.trainArguments(scratch.path(name), workers: workers, servers: servers, more)
    return try NeumfProcess.run(arguments, in: scratch)
  }

  @Test func oneDigestForAllShapesOfTheCluster() throws {
    var digests: Set<String> = []
    for workers in 1...4 {
      for servers in 1...3 {
        let result = try train("run-\(workers)-\(servers)", workers: workers, servers: servers)
        #expect(result.exitCode == 0, "\(result.errors)")
        digests.insert(try #require(result.digest))
      }
    }
    #expect(digests.count == 1)
    #expect(try train("other-seed", workers: 2, servers: 1, ["--seed", "2"]).digest != digests.first)
  }

  /// Half floats have a digest of their own, which is one, too.
  @Test func oneDigestForAllShapesWithHalves() throws {
    let half = ["--wire", "fp16"]
    let reference = try train("half-1-1", workers: 1, servers: 1, half)
    #expect(reference.exitCode == 0, "\(reference.errors)")
    #expect(try train("half-3-2", workers: 3, servers: 2, half).digest == reference.digest)
    #expect(try train("float", workers: 1, servers: 1).digest != reference.digest)
  }

  /// Through sockets alone, where the reference's processes share memory.
  @Test func rolesStartedByHandTrainTheSameBits() throws {
    let reference = try train("reference", workers: 1, servers: 1)
    #expect(try Self.log("worker-0", of: scratch.path("reference")).contains("shares memory"))
    let port = try freePort()
    var coordinator = data.trainArguments(scratch.path("by-hand"), workers: 2, servers: 1)
    coordinator[0] = "coordinator"
    coordinator += ["--listen", "tcp://127.0.0.1:\(port)"]
    let leader = try NeumfProcess(coordinator, in: scratch)
    let server = try NeumfProcess(["server", "--coordinator", "tcp://127.0.0.1:\(port)"], in: scratch)
    let workers = try (0..<2).map { _ in
      try NeumfProcess(["worker", "--coordinator", "tcp://127.0.0.1:\(port)", "--data", data.folder], in: scratch)
    }
    let result = try leader.finish()
    #expect(result.exitCode == 0, "\(result.errors)")
    for member in [server] + workers { #expect(try member.finish().exitCode == 0) }
    #expect(result.digest == reference.digest)
  }

  @Test(arguments: [[3, 2, 2, 3], [1, 1, 4, 2]])
  func interruptedRunGoesOnToTheSameDigest(_ shapes: [Int]) throws {
    let long = ["--epochs", "15", "--evaluate-every", "15"]
    let reference = try train("reference", workers: 2, servers: 1, long)
    let run = scratch.path("stopped")
    let process = try NeumfProcess(
      data.trainArguments(run, workers: shapes[0], servers: shapes[1], long), in: scratch)
    try wait(until: { try Self.isMidway(run) }, "the run is under way")
    process.process.interrupt()
    let stopped = try process.finish()
    #expect(stopped.exitCode == 130, "\(stopped.errors)")
    #expect(stopped.errors.contains("--resume \(run)"))
    let resumed = try NeumfProcess.run(
      ["train", "--data", data.folder, "--resume", run, "--workers", "\(shapes[2])", "--servers", "\(shapes[3])"],
      in: scratch)
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(resumed.digest == reference.digest)
  }

  @Test(arguments: ["async", "ssp:2"], ["fp32", "fp16"])
  func nothingIsLostWithoutBarrier(_ consistency: String, wire: String) throws {
    let result = try train("run", workers: 3, servers: 2, ["--consistency", consistency, "--wire", wire])
    #expect(result.exitCode == 0, "\(result.errors)")
    let report = try Self.report(of: scratch.path("run"))
    let updates = try #require(report["updates"] as? [String: Int])
    #expect(updates["lost"] == 0 && updates["duplicatesIgnored"] == 0)
    #expect(updates["pushed"] == updates["applied"] && updates["pushed"] != 0)
    let staleness = try #require(report["staleness"] as? [String: Any])
    #expect(consistency == "async" || staleness["maximum"] as? Int ?? 99 <= 2)
  }

  /// Whether the run is past its first step, and not near its end.
  private static func isMidway(_ run: String) throws -> Bool {
    guard let bytes = FileManager.default.contents(atPath: "\(run)/metrics.jsonl") else { return false }
    return String(decoding: bytes, as: UTF8.self).contains("\n")
  }

  private static func log(_ name: String, of run: String) throws -> String {
    try String(contentsOfFile: "\(run)/log/\(name).log", encoding: .utf8)
  }

  static func report(of run: String) throws -> [String: Any] {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(run)/report.json"))
    return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }
}
