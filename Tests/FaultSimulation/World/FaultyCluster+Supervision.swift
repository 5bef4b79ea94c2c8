import CoordinatorCore
import Faults

/// How a process ended.
enum Ending: Equatable {
  case killed
  case exited(Int32)
}

/// Who looks after the processes, and what they remember.
struct Supervision {
  /// How often the job was started by hand; what belongs to an earlier start is over.
  var attempt = 0
  var losses: [FaultNode: [Double]] = [:]
  /// Until when a killed process's successor stays away.
  var away: [FaultNode: Double] = [:]
}

/// What `neumf train` does for its processes, or, on many machines, somebody at each of them; and what a person does
/// whose job has ended too soon.
extension FaultyCluster {
  func startJob() {
    supervision.attempt += 1
    for node in job.nodes {
      add(.start(node, lostAt: nil, attempt: supervision.attempt), in: dice.number(in: 0...0.05))
    }
  }

  func start(_ node: FaultNode, lostAt: Double?, ofAttempt attempt: Int) {
    guard attempt == supervision.attempt, holders[node]?.isAlive != true else { return }
    let process: SimulatedProcess =
      switch node.role {
      case .coordinator: CoordinatorProcess(node, self, succeedingOneLostAt: lostAt)
      case .server: ServerProcess(node, self)
      case .worker: WorkerProcess(node, self)
      }
    holders[node] = process
    attend(process) { try process.started() }
  }

  /// A process ends: its sockets close, and whoever looks after it sees that.
  func end(_ process: SimulatedProcess, _ ending: Ending) {
    guard process.isAlive else { return }
    process.isAlive = false
    process.ending = ending
    process.closeAll()
    process.released()
    add(.ended(process), in: dice.number(in: 0...Self.noticePeriod))
  }

  // Limit: how long a supervisor's wait may last; a process is there in a fraction of a second.
  private static let noticePeriod = 0.05
  private static let launchSeconds = 0.02...0.3
  // As `Post` has it.
  private static let lossLimit = 10
  private static let lossWindow = 20.0
  private static let sentAway = Ending.exited(75)

  func noticeEnd(of process: SimulatedProcess) {
    guard process.attempt == supervision.attempt, holders[process.node] === process else { return }
    if process.node.role == .coordinator {
      if case .exited(let code) = process.ending { return jobEnded(code, process) }
      restart(process.node, lostAt: time)
      for node in job.nodes.dropFirst() {
        guard let other = holders[node], !other.isAlive else { continue }
        if other.ending == .exited(0) || other.ending == Self.sentAway { launch(node, in: 0) }
      }
      return
    }
    if process.ending == .exited(0) || job.isSupervised && process.ending == Self.sentAway { return }
    restart(process.node, lostAt: nil)
    if job.isSupervised, let coordinator = holders[.init(.coordinator)], coordinator.isAlive {
      attend(coordinator) { try coordinator.signalled(.childEnded) }
    }
  }

  /// Starts the next process of a post, later if many have ended shortly before.
  private func restart(_ node: FaultNode, lostAt: Double?) {
    var losses = supervision.losses[node, default: []].filter { time - $0 <= Self.lossWindow }
    losses.append(time)
    supervision.losses[node] = losses
    guard losses.count < Self.lossLimit else {
      return breaks("\(node) has ended \(losses.count) times within \(Int(Self.lossWindow)) s: \(whereabouts)")
    }
    let wait = losses.count == 1 ? 0 : min(5, 0.05 * Double(1 << (losses.count - 1)))
    launch(node, in: max(wait, (supervision.away[node] ?? 0) - time), lostAt: lostAt)
  }

  private func launch(_ node: FaultNode, in seconds: Double, lostAt: Double? = nil) {
    add(
      .start(node, lostAt: lostAt, attempt: supervision.attempt), in: seconds + dice.number(in: Self.launchSeconds))
  }

  /// The coordinator is through. What did not get to the end is started again by hand.
  private func jobEnded(_ code: Int32, _ coordinator: SimulatedProcess) {
    for process in holders.values where process.isAlive { end(process, .killed) }
    guard let coordinator = coordinator as? CoordinatorProcess else {
      preconditionFailure("\(coordinator) led the job")
    }
    if code == 0 {
      outcome = .done
      return
    }
    guard coordinator.mayBeResumed else {
      return breaks("the job ended with exit code \(code): \(coordinator.lastWords)")
    }
    supervision.attempt += 1
    supervision.losses = [:]
    add(.resume, in: 1)
  }
}
