import Foundation
import Plan
import Telemetry

/// How a job is spread, and how it is trained.
struct Arrangement: Sendable {
  var workers = 2
  var servers = 1
  var consistency = Consistency.bsp
  var batchSize = 4096
  /// 0 leaves them to the plan.
  var shards = 0
  var seed: UInt64 = 1

  /// The model as it was published, and as the peers train it.
  private static let published = [
    "--no-biases", "--activation", "relu", "--negatives", "4", "--learning-rate", "0.0015", "--learning-rate-decay",
    "1", "--l2",
    "0.00005", "--averaging", "0.8", "--initial-deviation", "0.01",
  ]

  func arguments(epochs: Int) -> [String] {
    [
      "--workers", "\(workers)", "--servers", "\(servers)", "--consistency", "\(consistency)", "--batch-size",
      "\(batchSize)", "--shards", "\(shards)", "--epochs", "\(epochs)", "--seed", "\(seed)",
    ] + Self.published
  }
}

/// Starts `neumf train` and reads what it reports.
struct ClusterRun {
  /// The release executable.
  let neumf: String
  /// Prepared data.
  let data: String

  /// - Parameter epochs: all of them without an evaluation but the last
  func report(_ arrangement: Arrangement, epochs: Int) throws -> RunReport {
    let scratch = try ScratchFolder()
    let output = "\(scratch.path)/run"
    let process = Process()
    process.executableURL = URL(filePath: neumf)
    process.arguments =
      ["train", "--data", data, "--output", output, "--evaluate-every", "1000000"]
      + arrangement.arguments(epochs: epochs)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ClusterFailure(command: process.arguments ?? [], status: process.terminationStatus)
    }
    return try RunReport(contentsOf: "\(output)/report.json")
  }
}

/// A job that did not end well; it has said why.
struct ClusterFailure: Error, CustomStringConvertible {
  let command: [String]
  let status: Int32

  var description: String { "neumf \(command.joined(separator: " ")): exit code \(status)" }
}
