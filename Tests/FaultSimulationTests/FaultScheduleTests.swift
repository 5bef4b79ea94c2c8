import FaultSimulation
import Foundation
import Simulation
import Testing

/// Whatever goes wrong, the promises are kept.
@Suite struct FaultScheduleTests {
  private static let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
  /// The release build of the simulator, of which `make test` makes sure.
  private static let simulator = tests.deletingLastPathComponent().appendingPathComponent("release/neumf-simulate")

  /// `make simulate` runs more of them.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: simulator.path),
      "needs swift build -c release --product neumf-simulate"))
  func promisesAreKeptUnderFiveHundredSchedules() throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = Self.simulator
    process.arguments = ["--first", "1", "--schedules", "500"]
    process.standardOutput = output
    try process.run()
    let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    #expect(said.contains("500 schedules"), "\(said)")
  }

  /// With the checks of a debug build.
  @Test func promisesAreKeptUnderFaults() throws {
    let references = References()
    for seed in UInt64(501)...540 {
      let schedule = try FaultSchedule(seed: seed)
      guard let failure = try schedule.brokenPromise(references) else { continue }
      Issue.record("\(schedule.report(failure, shrunkTo: try schedule.shrunk(references)))")
    }
  }

  /// What was found once is not found again.
  @Test(
    arguments: [
      (370, "kill worker 0 at 0.410 s"),
      (8116, "kill coordinator at 0.661 s"), (1277, "kill server 0 at 1.454 s"),
      (
        211,
        "slow disk 2.159 s for 0.078 s at 0.373 s; kill worker 0 for 0.086 s at 1.049 s; kill server 0 at 2.592 s; "
          + "kill server 1 for 1.314 s at 1.638 s"
      ),
      (7840, "restart coordinator at 7.273 s; kill coordinator at 5.791 s; torn write at 5.499 s"),
      (
        5131,
        "kill server 0 for 0.099 s at 227.213 s; full disk for 0.058 s at 119.294 s; "
          + "partition server 1 - coordinator for 5.184 s at 260.487 s"
      ),
    ] as [(UInt64, String)])
  func mendedMistakesStayMended(_ seed: UInt64, _ plan: String) throws {
    let schedule = try FaultSchedule(seed: seed, plan: plan)
    let failure = try schedule.brokenPromise(References())
    #expect(failure == nil, "\(String(describing: failure))")
  }

  /// The simulation itself depends on nothing but its seed.
  @Test func scheduleIsItsSeed() throws {
    let bug = SeededBug.doubledUpdate
    for seed in UInt64(1)...20 {
      let (one, other) = (try FaultSchedule(seed: seed, bug: bug), try FaultSchedule(seed: seed, bug: bug))
      #expect(one.plan == other.plan)
      let failures = [try one.brokenPromise(References()), try other.brokenPromise(References())]
      #expect(failures[0]?.description == failures[1]?.description)
    }
  }

  /// A recovery without a fault would hide a mistake: jobs that are cut in mid-epoch, in every consistency mode.
  @Test func nobodyIsLostWithoutAFault() throws {
    let references = References()
    for seed in UInt64(1)...300 {
      let schedule = try FaultSchedule(seed: seed, plan: "none")
      guard schedule.job.expectedSeconds > 60 else { continue }
      let losses = try schedule.losses(references)
      #expect(losses.recoveries == 0, "seed \(seed): \(schedule.summary)")
    }
  }

  /// Somebody is lost and comes back in many of them, and backups take over, or they would say little.
  @Test func faultsDoHarm() throws {
    let references = References()
    var (disturbed, takeovers) = (0, 0)
    for seed in UInt64(501)...540 {
      let losses = try FaultSchedule(seed: seed).losses(references)
      if losses.recoveries > 0 { disturbed += 1 }
      takeovers += losses.takeovers
    }
    #expect(disturbed > 15, "\(disturbed) of 40 schedules lost anyone")
    #expect(takeovers > 3, "\(takeovers) servers' backups took over")
  }
}
