import FaultSimulation
import Simulation
import Testing

/// Whatever goes wrong, the promises are kept.
@Suite struct FaultScheduleTests {
  /// In two halves, for two cores; `make simulate` runs more of them.
  @Test(arguments: [UInt64(0), 1]) func promisesAreKeptUnderFaults(_ half: UInt64) throws {
    let references = References()
    for seed in stride(from: half + 1, through: 500, by: 2) {
      let schedule = try FaultSchedule(seed: seed)
      guard let failure = try schedule.brokenPromise(references) else { continue }
      Issue.record("\(schedule.report(failure, shrunkTo: try schedule.shrunk(references)))")
    }
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

  /// Somebody is lost and comes back in most of them, or they would say little.
  @Test func faultsDoHarm() throws {
    let references = References()
    var disturbed = 0
    for seed in UInt64(501)...540 {
      if try FaultSchedule(seed: seed).recoveries(references) > 0 { disturbed += 1 }
    }
    #expect(disturbed > 15, "\(disturbed) of 40 schedules lost anyone")
  }
}
