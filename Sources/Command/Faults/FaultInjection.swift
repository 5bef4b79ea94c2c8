import Faults
import Foundation
import Glibc
import Links
import ZeroMQ

/// A plan's faults in a local job: those of links happen in a proxy, those of processes are carried out by their
/// supervisor.
final class FaultInjection {
  private let plan: FaultPlan
  private let servers: Int
  private let proxy: FaultProxy?
  private var schedule: ProcessFaultSchedule
  private let began = MonotonicClock.seconds
  /// Processes that stand still, and when they go on.
  private var paused: [(process: LocalProcess, until: Double)] = []

  /// - Parameters:
  ///   - coordinator: where the coordinator listens
  ///   - servers: where each server listens
  init(_ plan: FaultPlan, coordinator: String, servers: [String], workers: Int) throws {
    self.plan = plan
    self.servers = servers.count
    var nodes = [FaultNode(.coordinator)]
    nodes += servers.indices.map { FaultNode(.server, $0) } + (0..<workers).map { FaultNode(.worker, $0) }
    schedule = ProcessFaultSchedule(plan, nodes: nodes)
    guard plan.needsFrames else {
      proxy = nil
      return
    }
    var targets = [FaultProxy.Target(node: FaultNode(.coordinator), endpoint: try Endpoint(coordinator))]
    for (index, endpoint) in servers.enumerated() {
      targets.append(FaultProxy.Target(node: FaultNode(.server, index), endpoint: try Endpoint(endpoint)))
    }
    proxy = try FaultProxy(plan, targets: targets)
  }

  /// Where members find the coordinator, if not where it listens.
  var coordinator: String? { proxy.map { $0.endpoints[0].description } }

  /// Where workers find a server, if not where it listens.
  func server(_ index: Int) -> String? { proxy.map { $0.endpoints[1 + index].description } }

  /// Does to the processes what is due.
  /// - Parameter posts: the coordinator, the servers, the workers
  func tend(_ posts: inout [Post]) throws {
    if let failure = proxy?.failure { throw LinkError("fault proxy", failure) }
    let now = MonotonicClock.seconds
    for (process, _) in paused.filter({ $0.until <= now }) { process.signal(SIGCONT) }
    paused.removeAll { $0.until <= now }
    for fault in schedule.due(at: now - began, step: proxy?.highestStep ?? 0) {
      let place = place(of: fault.node)
      guard posts[place].process.isRunning else { continue }
      say("fault: \(fault.text): \(posts[place].name) (process \(posts[place].process.pid))")
      switch fault.action {
      case .kill(let away):
        posts[place].staysAway(for: away)
        posts[place].process.signal(SIGKILL)
      case .pause(let seconds):
        posts[place].process.signal(SIGSTOP)
        paused.append((posts[place].process, now + seconds))
      // Told to end, a coordinator would end its job.
      case .restart: posts[place].process.signal(fault.node.role == .coordinator ? SIGKILL : SIGTERM)
      }
    }
  }

  /// No process stands still any more.
  func resumeAll() {
    for (process, _) in paused { process.signal(SIGCONT) }
    paused = []
  }

  /// Ends the proxy, when all processes have left.
  func end() {
    guard let summary = proxy?.end() else { return }
    say("faults: \(summary)")
  }

  private func place(of node: FaultNode) -> Int {
    switch node.role {
    case .coordinator: 0
    case .server: 1 + node.index
    case .worker: 1 + servers + node.index
    }
  }

  private func say(_ text: String) { FileHandle.standardError.write(Data("neumf: \(text)\n".utf8)) }
}
