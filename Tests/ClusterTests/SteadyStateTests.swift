import Foundation
import TestSupport
import Testing

/// The release executable under a memory allocator that counts: whatever a step takes from the heap it takes again.
@Suite(.serialized) struct SteadyStateTests {
  private static let allocator = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"]
    .map { "\($0)/libjemalloc.so.2" }.first { FileManager.default.fileExists(atPath: $0) }
  private static let release = NeumfProcess.executable.deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("release/neumf")
  private static let canCount = allocator != nil && FileManager.default.fileExists(atPath: release.path)

  @Test(
    .enabled(if: canCount, "needs `make build` and libjemalloc2"),
    arguments: [
      ["bsp"], ["ssp:4"], ["bsp", "--wire", "fp16"], ["ssp:4", "--wire", "fp16"],
      ["bsp", "--features", "all"], ["ssp:4", "--features", "all", "--wire", "fp16"],
    ], [1, 2])
  func stepAllocatesNothing(_ consistency: [String], servers: Int) throws {
    let scratch = try TemporaryFolder()
    let data = try SmallData(in: scratch, described: consistency.contains("--features"))
    // The same epochs in as many steps and in four times as many: what grows is what steps take.
    let few = try allocations("few", batch: 800, consistency, servers, data, scratch)
    let many = try allocations("many", batch: 200, consistency, servers, data, scratch)
    let steps = Double(many.steps - few.steps)
    #expect(steps > 400)
    for (role, count) in many.ofRole {
      let perStep = Double(count - (few.ofRole[role] ?? 0)) / steps
      #expect(perStep < 0.05, "\(role) allocates \(perStep) times a step")
    }
  }

  /// Heap requests per member, and the steps of a worker.
  private func allocations(
    _ name: String, batch: Int, _ consistency: [String], _ servers: Int, _ data: SmallData, _ scratch: TemporaryFolder
  ) throws -> (ofRole: [String: Int], steps: Int) {
    let run = scratch.path(name)
    let arguments = data.trainArguments(
      run, workers: 2, servers: servers, epochs: 40,
      ["--consistency"] + consistency + ["--evaluate-every", "40", "--batch-size", "\(batch)"])
    let environment = [
      "LD_PRELOAD": try #require(Self.allocator), "MALLOC_CONF": "stats_print:true,stats_print_opts:Jgdablxeh",
    ]
    let result = try NeumfProcess(arguments, in: scratch, executable: Self.release, environment: environment).finish()
    #expect(result.exitCode == 0, "\(result.errors)")
    var counts: [String: Int] = [:]
    for role in ["worker-0", "worker-1"] + (0..<servers).map({ "server-\($0)" }) {
      counts[role] = try Self.requests(inLog: "\(run)/log/\(role).log")
    }
    let report = try DigestTests.report(of: run)
    let updates = try #require(report["updates"] as? [String: Int])
    return (counts, (updates["pushed"] ?? 0) / (2 * servers))
  }

  /// What the allocator prints at the end: how often memory was asked for.
  private static func requests(inLog path: String) throws -> Int {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let start = try #require(text.range(of: "{\"jemalloc\""))
    let json = try JSONSerialization.jsonObject(with: Data(text[start.lowerBound...].utf8)) as? [String: Any]
    let statistics = try #require((json?["jemalloc"] as? [String: Any])?["stats.arenas"] as? [String: Any])
    let merged = try #require(statistics["merged"] as? [String: Any])
    return try ["small", "large"].reduce(0) { sum, size in
      sum + (try #require((merged[size] as? [String: Any])?["nrequests"] as? Int))
    }
  }
}
