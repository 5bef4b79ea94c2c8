import FaultSimulation
import Foundation

/// Runs the schedules in several processes of this program at once, so that one that stops with a trap is found out.
struct ScheduleParts {
  private let options: Options

  init(_ options: Options) { self.options = options }

  /// - Returns: the exit code: 0 if every schedule kept every promise
  func run() throws -> Int32 {
    let start = Date.now
    let parts = try (0..<options.jobs).map { try Part($0, options) }
    var broken = 0
    for part in parts { broken += part.finish() }
    let seconds = Date.now.timeIntervalSince(start)
    print(
      String(
        format: "%d schedules from seed %llu in %.1f s: %d broke a promise", options.schedules, options.first, seconds,
        broken))
    return broken == 0 ? 0 : 1
  }

  private final class Part {
    private let process = Process()
    private let seeds = Pipe()

    init(_ part: Int, _ options: Options) throws {
      process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      process.arguments = [
        "--first", "\(options.first)", "--schedules", "\(options.schedules)", "--jobs", "\(options.jobs)", "--part",
        "\(part)",
      ]
      if let bug = options.bug { process.arguments?.append(contentsOf: ["--bug", bug.rawValue]) }
      process.standardError = seeds
      try process.run()
    }

    /// Waits for its end.
    /// - Returns: how many schedules broke a promise
    func finish() -> Int {
      let said = String(decoding: seeds.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      if process.terminationReason == .exit, process.terminationStatus <= 100 { return Int(process.terminationStatus) }
      let lines = said.split(separator: "\n")
      let seed = lines.last { UInt64($0) != nil } ?? "?"
      print("seed \(seed): the simulation itself stopped\n  again: make simulate SEED=\(seed)")
      for line in lines.drop(while: { UInt64($0) != nil }).prefix(20) { print("  \(line)") }
      return 1
    }
  }
}
