package import Faults
import Foundation
import Glibc
import Links

/// A plan's disk faults in the coordinator's process, which writes the checkpoints.
///
/// The faults are those of the job, not of one process: an account of what was written, in a file that goes with the
/// job, tells the next coordinator which of them are over.
package struct DiskInjection {
  private var schedule: DiskFaultSchedule
  private let account: FileHandle
  /// When the job began, by the clock of this machine.
  private let began: Double

  /// - Parameter path: of the account, which is begun where there is none: a line with time and step for the beginning
  ///   of the job, and one for each write
  package init(_ plan: FaultPlan, account path: String) throws {
    schedule = DiskFaultSchedule(plan)
    let written = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    if written.isEmpty { try Data("\(MonotonicClock.seconds) 0\n".utf8).write(to: URL(filePath: path)) }
    account = try FileHandle(forUpdating: URL(filePath: path))
    try account.seekToEnd()
    let writes = written.split(separator: "\n").compactMap { line -> (time: Double, step: UInt64)? in
      let words = line.split(separator: " ")
      guard words.count == 2, let time = Double(words[0]), let step = UInt64(words[1]) else { return nil }
      return (time, step)
    }
    began = writes.first?.time ?? MonotonicClock.seconds
    for write in writes.dropFirst() { _ = schedule.fate(at: write.time - began, step: write.step) }
  }

  /// What becomes of a checkpoint of an optimizer step that is written now; it takes its delay at once.
  mutating func fate(atStep step: UInt64) throws -> WriteFate {
    let now = MonotonicClock.seconds
    try account.write(contentsOf: Data("\(now) \(step)\n".utf8))
    let fate = schedule.fate(at: now - began, step: step)
    for cause in fate.causes {
      FileHandle.standardError.write(Data("neumf: fault: \(cause): the checkpoint of step \(step)\n".utf8))
    }
    if fate.delay > 0 { Thread.sleep(forTimeInterval: fate.delay) }
    return fate
  }

  /// The machine has died while it wrote.
  func carryOut(_ fate: WriteFate) {
    if fate.tornAt != nil { kill(getpid(), SIGKILL) }
  }
}
