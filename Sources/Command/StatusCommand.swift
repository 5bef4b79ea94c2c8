import ArgumentParser
import CoordinatorCore
import CoordinatorProgram
import Foundation

/// Shows what a running job does.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show who is alive in a running job, and who waits for whom.",
    discussion: """
      Examples:
        neumf status --run runs/main
        neumf status --coordinator tcp://127.0.0.1:5000
      """)

  @Option(help: "Where the coordinator listens.") var coordinator: String?
  @Option(name: .customLong("run"), help: "RUN folder of a job of this machine, in place of --coordinator.")
  var folder: String?
  @Flag(help: "Print JSON.") var json = false
  @Flag(help: "Ask a coordinator beyond loopback.") var insecure = false

  func run() throws {
    let endpoint = try RoleOptions.endpoint(try address, option: "--coordinator", insecure: insecure)
    let answer = Data(try StatusQuery.ask(endpoint))
    if json { return print(String(decoding: answer, as: UTF8.self)) }
    print(StatusPage(try JSONDecoder().decode(JobStatus.self, from: answer)).text)
  }

  private var address: String {
    get throws {
      switch (coordinator, folder) {
      case (let coordinator?, nil): return coordinator
      case (nil, let folder?): return try RunFolder(path: folder).coordinatorEndpoint
      default: throw CommandFailure(.usage, "one of --coordinator and --run is needed")
      }
    }
  }
}

/// A job's status as a person reads it.
struct StatusPage {
  private let status: JobStatus

  init(_ status: JobStatus) { self.status = status }

  var text: String {
    var table = TextTable([
      .init(heading: "process"), .init(heading: "pid", isNumber: true), .init(heading: "state"),
      .init(heading: "heard", isNumber: true), .init(heading: "step", isNumber: true),
      .init(heading: "behind", isNumber: true), .init(heading: "samples/s", isNumber: true),
    ])
    for member in status.members {
      table.append([
        name(member), member.process.map(String.init) ?? "–", state(member),
        member.silentSeconds.map { String(format: "%.1f s ago", $0) } ?? "–",
        member.step.map(String.init) ?? "–", member.stepsBehind.map(String.init) ?? "–",
        member.samplesPerSecond.map { String(format: "%.0f k", $0 / 1000) } ?? "–",
      ])
    }
    return heading + "\n" + table.text
  }

  private var heading: String {
    let phase = String(format: "%@ for %.1f s", status.phase, status.phaseSeconds)
    let recoveries = status.recoveries == 1 ? "1 recovery" : "\(status.recoveries) recoveries"
    return "\(phase), epoch \(status.epoch) of \(status.epochs), optimizer step \(status.optimizerStep), "
      + "\(recoveries), membership \(status.membership)"
  }

  private func name(_ member: MemberStatus) -> String { "\(member.role) \(member.index)" }

  private func state(_ member: MemberStatus) -> String {
    guard member.process != nil else {
      return member.role == "backup" ? "is missing until the next checkpoint" : "is missing"
    }
    guard member.isAwaited else {
      let others = status.members.filter { $0.isAwaited && !isSame($0, member) }
      if member.role == "backup" { return "follows server \(member.index)" }
      if member.role == "server" || others.isEmpty { return "serves" }
      return "waits for " + others.map(name).joined(separator: ", ")
    }
    if let still = member.stillSeconds, still > 2, status.phase == "training" {
      return String(format: "has stood still for %.0f s", still)
    }
    return status.phase
  }

  private func isSame(_ left: MemberStatus, _ right: MemberStatus) -> Bool {
    left.role == right.role && left.index == right.index
  }
}
