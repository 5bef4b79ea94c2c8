import Foundation
import TestSupport
import Testing

/// Real processes over a network that loses, repeats, delays and cuts off, and processes that stand still.
@Suite(.serialized) struct FaultTests {
  let scratch: TemporaryFolder
  let data: SmallData

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  private static let weather = """
    seed 7
    drop 10%; duplicate 5%
    delay 3 ms ± 3 ms
    partition worker 0 - server for 1 s at step 20
    partition server 1 -> worker for 1 s at step 60
    """

  private struct Report: Decodable {
    struct Epoch: Decodable { let samples: Int }
    struct Updates: Decodable {
      let pushed: Int
      let lost: Int
    }
    struct Links: Decodable {
      let framesSentAgain: Int
      let duplicatesDropped: Int
    }
    struct Recovery: Decodable { let role: String }
    let epochs: [Epoch]
    let updates: Updates
    let links: Links
    let recoveries: [Recovery]
    let digest: String
  }

  private func report(_ name: String) throws -> Report {
    try JSONDecoder().decode(
      Report.self, from: Data(contentsOf: URL(fileURLWithPath: scratch.path("\(name)/report.json"))))
  }

  private func run(_ name: String, epochs: Int, _ more: [String]) throws -> Report {
    let result = try NeumfProcess.run(
      data.trainArguments(scratch.path(name), workers: 2, servers: 2, epochs: epochs, more), in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    return try report(name)
  }

  @Test func roughNetworkDoesNotChangeTheBits() throws {
    let quiet = try run("quiet", epochs: 2, [])
    let rough = try run("rough", epochs: 2, ["--faults", Self.weather])
    #expect(rough.digest == quiet.digest && !quiet.digest.isEmpty)
    #expect(rough.links.framesSentAgain > 20 && rough.links.duplicatesDropped > 5)
    #expect(rough.updates.lost == 0 && rough.updates.pushed == quiet.updates.pushed)
    #expect(rough.recoveries.isEmpty)
  }

  @Test(arguments: ["ssp:2", "async"]) func everyPositiveIsTrainedOnce(_ consistency: String) throws {
    let plan = scratch.path("weather.faults")
    try Data(Self.weather.utf8).write(to: URL(fileURLWithPath: plan))
    let quiet = try run("quiet", epochs: 2, [])
    let rough = try run("rough", epochs: 2, ["--consistency", consistency, "--faults", plan])
    #expect(rough.epochs.map(\.samples) == quiet.epochs.map(\.samples) && rough.epochs.count == 2)
    #expect(rough.updates.lost == 0 && rough.updates.pushed > 0)
    #expect(rough.links.framesSentAgain > 20)
  }

  /// It is stopped for longer than its lease, ended, and replaced; the job goes back to its last cut.
  @Test(arguments: ["worker 0", "server 1"]) func whoStandsStillBeyondItsLeaseIsReplaced(_ who: String) throws {
    let quiet = try run("quiet", epochs: 20, [])
    let paused = try run(
      "paused", epochs: 20, ["--lease", "3", "--faults", "pause \(who) for 30 s at step 200"])
    #expect(paused.digest == quiet.digest && !quiet.digest.isEmpty)
    #expect(paused.recoveries.map(\.role) == [String(who.prefix(6))])
    #expect(paused.updates.lost == 0)
  }

  @Test func shortPauseIsWaitedFor() throws {
    let quiet = try run("quiet", epochs: 20, [])
    let paused = try run(
      "paused", epochs: 20, ["--faults", "pause coordinator for 2 s at step 100; pause server 0 for 1 s at step 300"])
    #expect(paused.digest == quiet.digest && !quiet.digest.isEmpty)
    #expect(paused.recoveries.isEmpty)
  }

  @Test(arguments: [
    ("drop 10", "--faults: line 1, column 8: the end comes where % is missing"),
    ("kill worker 2 at 3 s", "--faults: line 1, column 1: there is no worker 2"),
    ("torn disk at step 3", "--faults: line 1, column 6: disk comes where write is expected"),
  ])
  func planThatCannotBeCarriedOutIsRefusedBeforeAnyWork(_ plan: String, _ complaint: String) throws {
    let result = try NeumfProcess.run(
      data.trainArguments(scratch.path("never"), workers: 2, servers: 2, ["--faults", plan]), in: scratch)
    #expect(result.exitCode == 64 && result.errors.contains(complaint), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("never")))
  }
}
