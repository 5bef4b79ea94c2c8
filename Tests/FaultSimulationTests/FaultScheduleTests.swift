import FaultSimulation
import Simulation
import Testing

/// Whatever goes wrong, the promises are kept.
@Suite struct FaultScheduleTests {
  @Test func promisesAreKeptUnderFaults() throws {
    let references = References()
    var failures = 0
    for seed in UInt64(1)...500 where failures < 8 {
      let schedule = try FaultSchedule(seed: seed)
      guard let failure = try schedule.brokenPromise(references) else { continue }
      Issue.record("\(schedule.report(failure, shrunkTo: try schedule.shrunk(references)))")
      failures += 1
    }
  }
}
