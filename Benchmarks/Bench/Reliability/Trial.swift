import Foundation
import Glibc
import Telemetry

/// A job, how it ended, and what it says of itself.
struct Trial: Sendable {
  let name: String
  /// In words; nil where it ended by itself and well.
  let failure: String?
  let report: RunReport?
  let seconds: Double
  let injuries: [Injury]
  /// How long each checkpoint took.
  let checkpointSeconds: [Double]

  /// How many of a verb hit a role, or anybody.
  func count(_ verb: String, _ role: String? = nil) -> Int {
    injuries.count { $0.verb == verb && (role ?? $0.role) == $0.role }
  }

  /// Pushes that no server applied, and those that were applied without having been pushed.
  var lost: Int { max(0, report?.updates.lost ?? 0) }
  var appliedTwice: Int { max(0, -(report?.updates.lost ?? 0)) }

  var hitRatio: Double? { report?.last?.hitRatio }

  /// What is broken of the promises that hold in every mode; empty where none is.
  func broken(samplesPerEpoch: Int, epochs: Int) -> [String] {
    guard let report else { return [failure ?? "no report"] }
    var broken: [String] = []
    if let failure { broken.append(failure) }
    if lost > 0 { broken.append("\(lost) updates lost") }
    if appliedTwice > 0 { broken.append("\(appliedTwice) updates applied twice") }
    if report.epochs.map(\.samples) != Array(repeating: samplesPerEpoch, count: epochs) {
      broken.append("samples of the epochs: \(report.epochs.map(\.samples))")
    }
    return broken
  }
}

/// The verdict on a row.
enum Promise {
  static func cell(_ broken: [String]) -> String {
    broken.isEmpty ? "kept" : "**broken**: \(broken.joined(separator: "; "))"
  }
}

/// Runs jobs to their end, or to a deadline.
struct TrialRunner {
  let neumf: String
  let data: String
  /// Seconds after which a job has not ended by itself.
  let limit: Double

  /// - Parameter more: options beside those of the arrangement; the last epoch alone is evaluated
  func run(_ name: String, _ arrangement: Arrangement, epochs: Int, _ more: [String] = []) throws -> Trial {
    var scratch = try ScratchFolder()
    let output = "\(scratch.path)/run"
    let errors = "\(scratch.path)/errors"
    try Data().write(to: URL(filePath: errors))
    let process = Process()
    process.executableURL = URL(filePath: neumf)
    process.arguments =
      ["train", "--data", data, "--output", output, "--evaluate-every", "1000000"]
      + arrangement.arguments(epochs: epochs) + more
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    let began = ContinuousClock.now
    try process.run()
    let isThrough = wait(for: process)
    let seconds = (ContinuousClock.now - began).inSeconds
    let said = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
    var failure: String?
    if !isThrough {
      failure = "had not ended after \(Int(limit)) s"
    } else if process.terminationReason != .exit || process.terminationStatus != 0 {
      let words = said.split(separator: "\n").last { $0.hasPrefix("neumf: error: ") } ?? ""
      failure = "exit code \(process.terminationStatus) \(words)"
    }
    var report: RunReport?
    let path = "\(output)/report.json"
    if FileManager.default.fileExists(atPath: path) { report = try RunReport(contentsOf: path) }
    if failure != nil {
      scratch.isKept = true
      FileHandle.standardError.write(Data("\(name) failed; what it left is in \(scratch.path)\n".utf8))
    }
    return Trial(
      name: name, failure: failure, report: report, seconds: seconds,
      injuries: said.split(separator: "\n").compactMap(Injury.init),
      checkpointSeconds: Self.checkpointSeconds(FileManager.default.contents(atPath: "\(output)/log/coordinator-0.log"))
    )
  }

  /// Waits for the end; who does not come to it is told to, and killed.
  private func wait(for process: Process) -> Bool {
    if isOver(process, within: limit) { return true }
    process.terminate()
    if !isOver(process, within: 30) { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return false
  }

  private func isOver(_ process: Process, within seconds: Double) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while process.isRunning {
      if ContinuousClock.now > deadline { return false }
      Thread.sleep(forTimeInterval: 0.02)
    }
    return true
  }

  static func checkpointSeconds(_ log: Data?) -> [Double] {
    String(decoding: log ?? Data(), as: UTF8.self).split(separator: "\n").compactMap { line in
      guard line.contains(" wrote a checkpoint "), let value = line.split(separator: " seconds=").last else {
        return nil
      }
      return Double(value)
    }
  }
}
