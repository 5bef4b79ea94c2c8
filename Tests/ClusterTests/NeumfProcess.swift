import Foundation
import Glibc
import TestSupport
import Testing

/// The real executable, run as a user would run it.
struct NeumfProcess {
  let process: Process
  private let output: URL
  private let errors: URL

  struct Result {
    let exitCode: Int32
    let output: String
    let errors: String

    /// The digest that `train` prints last.
    var digest: String? {
      output.split(separator: "\n").last { $0.hasPrefix("digest ") }.map { String($0.dropFirst(7)) }
    }
  }

  /// The executable beside the tests, or that of `NEUMF_BINARY`.
  static var executable: URL {
    if let path = ProcessInfo.processInfo.environment["NEUMF_BINARY"] { return URL(fileURLWithPath: path) }
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return tests.appendingPathComponent("neumf")
  }

  /// Starts a command; what it prints goes to files of `scratch`.
  init(
    _ arguments: [String], in scratch: TemporaryFolder, executable: URL = executable,
    environment: [String: String] = [:]
  ) throws {
    output = scratch.url.appendingPathComponent("out-\(UUID().uuidString)")
    errors = scratch.url.appendingPathComponent("err-\(UUID().uuidString)")
    process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    for url in [output, errors] { try Data().write(to: url) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
  }

  /// Waits until the process is through.
  func finish() throws -> Result {
    process.waitUntilExit()
    return Result(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
      output: try String(contentsOf: output, encoding: .utf8), errors: try String(contentsOf: errors, encoding: .utf8))
  }

  /// Runs a command to its end.
  static func run(_ arguments: [String], in scratch: TemporaryFolder) throws -> Result {
    try NeumfProcess(arguments, in: scratch).finish()
  }

  /// The processes that this one started.
  var children: [pid_t] {
    let path = "/proc/\(process.processIdentifier)/task/\(process.processIdentifier)/children"
    guard let text = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
  }

  /// The role that a child plays: the first word of its command line after the name.
  static func role(of pid: pid_t) -> String? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
    let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return words.count > 1 ? words[1] : nil
  }
}

/// Looks again and again until something holds; fails after a minute.
func wait(until holds: () throws -> Bool, _ what: String) throws {
  let deadline = Date.now.addingTimeInterval(60)
  while try !holds() {
    if Date.now > deadline { throw WaitedTooLong(what: what) }
    poll(nil, 0, 10)
  }
}

struct WaitedTooLong: Error, CustomStringConvertible {
  let what: String
  var description: String { "waited a minute until \(what)" }
}

/// Whether a process is there and not a zombie.
func isAlive(_ pid: pid_t) -> Bool {
  guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
  let text = String(decoding: bytes, as: UTF8.self)
  return text.split(separator: ")").last?.split(separator: " ").first != "Z"
}
