import ArgumentParser
import Glibc
import Links
import Logging
import Telemetry
import ZeroMQ

/// What every role takes.
struct RoleOptions: ParsableArguments {
  @Flag(help: "Listen on or connect to tcp:// addresses beyond loopback, where anyone may join or listen in.")
  var insecure = false
  @Flag(help: .hidden) var watchParent = false

  /// The signals and the parent that a role watches. Before any other thread starts.
  func watches() throws -> Watches {
    Watches(
      signals: try SignalWatch([SIGINT, SIGTERM, SIGUSR1]), parent: watchParent ? ParentWatch() : nil)
  }

  /// Reads an endpoint; beyond loopback it is refused unless the user said `--insecure`.
  func endpoint(_ text: String, option: String) throws -> Endpoint {
    try Self.endpoint(text, option: option, insecure: insecure)
  }

  static func endpoint(_ text: String, option: String, insecure: Bool) throws -> Endpoint {
    let endpoint: Endpoint
    do throws(ZeroMQError) {
      endpoint = try Endpoint(text)
    } catch {
      throw CommandFailure(.usage, "\(option): \(error)", hint: error.hint)
    }
    guard endpoint.isLoopback || insecure else {
      throw CommandFailure(
        .usage, "\(option): \(text) is beyond loopback, where anyone could join the job",
        hint: "use it in a network that you trust, and say so with --insecure")
    }
    return endpoint
  }

  @Option(help: .hidden) var logIndex = 0

  /// A process that `neumf train` started, or that writes the RUN folder itself, logs to a file there; another logs
  /// to standard error.
  func logger(_ role: String, run: String?) throws -> Logger {
    guard let run = run ?? self.run else {
      return Logger(label: role) { label in StreamLogHandler.standardError(label: label) }
    }
    return try LogFile.logger(run: run, role: role, index: logIndex)
  }

  @Option(help: "The RUN folder whose log/ takes this process's log; standard error without it.") var run: String?
}

extension MemberExit {
  /// Throws what a member's end means at the command line.
  func check(_ role: String) throws {
    switch self {
    case .finished: return
    case .aborted(let reason): throw CommandFailure(.tryAgain, "\(role): the coordinator ended the job: \(reason)")
    case .regrouped: preconditionFailure("a \(role) that is to join again has left")
    case .orphaned: throw CommandFailure(.unavailable, "\(role): the process that started this one is gone")
    case .terminated: throw CommandFailure(.interrupted, "\(role): terminated")
    }
  }
}
