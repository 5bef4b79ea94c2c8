import FaultSimulation
import Foundation
import Glibc

/// One schedule again.
struct Replay {
  let seed: UInt64
  let plan: String?
  let bug: SeededBug?

  /// - Returns: the exit code
  func run() throws -> Int32 {
    let schedule =
      try plan.map { try FaultSchedule(seed: seed, plan: $0, bug: bug) } ?? FaultSchedule(seed: seed, bug: bug)
    let references = References()
    guard let failure = try schedule.brokenPromise(references) else {
      print("seed \(seed): every promise is kept\n  \(schedule.summary)")
      return 0
    }
    print(schedule.report(failure, shrunkTo: try schedule.shrunk(references)))
    return 1
  }
}

/// Every so-manieth schedule. Each seed is written to standard error before it is run, so that whoever started this
/// process knows which one stopped it.
struct SchedulePart {
  private let part: Int
  private let options: Options

  init(_ part: Int, _ options: Options) {
    self.part = part
    self.options = options
  }

  /// - Returns: the exit code: how many schedules broke a promise, up to 100
  func run() throws -> Int32 {
    let references = References()
    var failures: Int32 = 0
    for index in stride(from: part, to: options.schedules, by: options.jobs) {
      let seed = options.first + UInt64(index)
      FileHandle.standardError.write(Data("\(seed)\n".utf8))
      let schedule = try FaultSchedule(seed: seed, bug: options.bug)
      guard let failure = try schedule.brokenPromise(references) else { continue }
      print(schedule.report(failure, shrunkTo: try schedule.shrunk(references)))
      failures = min(100, failures + 1)
    }
    return failures
  }
}
