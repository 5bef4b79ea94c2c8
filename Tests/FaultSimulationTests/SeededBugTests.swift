import FaultSimulation
import Testing

/// The simulation finds mistakes that are made on purpose.
@Suite struct SeededBugTests {
  // Limit: schedules that a bug may hide in.
  private static let limit = 200

  @Test(arguments: SeededBug.allCases) func bugIsCaught(_ bug: SeededBug) throws {
    let references = References()
    for seed in UInt64(1)...UInt64(Self.limit) where try FaultSchedule(seed: seed, bug: bug).breaksPromise(references) {
      return
    }
    Issue.record("\(bug.rawValue) went unnoticed in \(Self.limit) schedules")
  }

  /// What is reported is shrunk as far as it goes, and breaks the same schedule again.
  @Test func failureIsShrunkAndReplayed() throws {
    let references = References()
    let schedule = try FaultSchedule(
      seed: 12, plan: "slow disk 50 ms; kill server 0 at step 7; drop 1% for 2 s", bug: .forgottenTables)
    let failure = try #require(try schedule.brokenPromise(references))
    let shrunk = try schedule.shrunk(references)
    #expect(shrunk.plan.contains("kill server 0") && shrunk.statements.count == 1)
    let report = schedule.report(failure, shrunkTo: shrunk)
    #expect(report.contains("make simulate SEED=12 PLAN='\(shrunk.plan)' BUG=forgotten-tables"))
    #expect(try FaultSchedule(seed: 12, plan: shrunk.plan, bug: .forgottenTables).breaksPromise(references))
    #expect(try !FaultSchedule(seed: 12, plan: shrunk.plan).breaksPromise(references))
  }
}
