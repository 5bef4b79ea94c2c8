package import CoordinatorCore
package import Faults
import Simulation

/// A whole cluster in one thread, where things go wrong: processes of the three Cores, who starts them again, a network
/// and a disk, under a clock that only events move. All of it follows from the schedule.
///
/// Processes do what the Programs do, in the same order and with the same deadlines; what they hold to be true is
/// compared with what the `Ledger` saw.
package final class FaultyCluster {
  let job: SimulatedJob
  let bug: SeededBug?
  private(set) var time = 0.0
  private var queue = EventQueue()
  private var numbers = 0
  var dice: Dice
  let disk: SimulatedDisk
  let ledger: Ledger

  private var processFaults: ProcessFaultSchedule
  var linkFaults: LinkFaultSchedule
  private let deadline: Double

  /// Who holds each post now.
  var holders: [FaultNode: SimulatedProcess] = [:]
  var supervision = Supervision()
  var bindings: [String: Binding] = [:]
  var lines: [Line] = []

  private var failure: SimulationFailure?
  /// How the job ended for good, and its history then.
  package internal(set) var outcome: JobOutcome?
  package internal(set) var history = JobHistory()

  /// - Parameter reference: the same training alone and undisturbed; nil for itself
  package init(
    job: SimulatedJob, faults: FaultPlan, seed: UInt64, reference: Reference?, bug: SeededBug? = nil
  ) throws {
    self.job = job
    self.bug = bug
    dice = Dice(seed: seed, 2)
    disk = try SimulatedDisk(faults)
    ledger = Ledger(job: job, reference: reference)
    linkFaults = LinkFaultSchedule(faults)
    processFaults = ProcessFaultSchedule(faults, nodes: job.nodes)
    deadline = faults.quietAfter + Self.patience + 10 * job.expectedSeconds
  }

  // Limit: the longest waits for somebody who is gone are a minute, and a job may be started by hand a few times.
  private static let patience = 300.0

  /// Runs the job to its end.
  /// - Throws: `SimulationFailure` for a promise that was broken.
  package func run() throws {
    startJob()
    defer { endAll() }
    while outcome == nil {
      guard let entry = queue.next() else { throw SimulationFailure("nothing will happen any more after \(time) s") }
      time = max(time, entry.time)
      guard time < deadline else {
        throw SimulationFailure("the job has not ended after \(Int(time)) s: \(whereabouts)")
      }
      for fault in processFaults.due(at: time, step: ledger.optimizerStep) { strike(fault) }
      happen(entry.event)
      if let failure { throw failure }
    }
  }

  /// Lets go of everything, since processes and their sockets hold each other.
  private func endAll() {
    for process in holders.values {
      process.closeAll()
      process.released()
    }
    holders = [:]
    queue = EventQueue()
  }

  private func happen(_ event: SimulatedEvent) {
    switch event {
    case .arrival(let line, let direction, let frame, let binding):
      arrive(frame, on: line, direction, binding: binding, event)
    case .alarm(let process, let alarm):
      guard process.isAlive else { return }
      if process.isPaused(at: time) { return queue.add(event, at: process.pausedUntil) }
      if case .due(let end) = alarm { return end.tend() }
      attend(process) { try process.woke(alarm) }
    case .broken(let line):
      guard line.isOpen, line.client.isAlive else { return }
      if line.client.isPaused(at: time) { return queue.add(event, at: line.client.pausedUntil) }
      attend(line.client) { try line.client.lost(line) }
    case .ended(let process): noticeEnd(of: process)
    case .start(let node, let lostAt, let attempt): start(node, lostAt: lostAt, ofAttempt: attempt)
    case .resume: startJob()
    }
  }

  private func strike(_ fault: DueProcessFault) {
    guard let process = holders[fault.node], process.isAlive else { return }
    switch fault.action {
    case .kill(let seconds):
      supervision.away[fault.node] = time + seconds
      end(process, .killed)
    case .pause(let seconds): process.pausedUntil = max(process.pausedUntil, time + seconds)
    case .restart: attend(process) { try process.signalled(.terminate) }
    }
  }

  /// A process does something. What it cannot go on with ends it; a broken promise ends the simulation.
  func attend(_ process: SimulatedProcess, _ body: () throws -> Void) {
    do { try body() } catch let broken as SimulationFailure { failure = failure ?? broken } catch {
      process.failed(error)
    }
  }

  func breaks(_ promise: String) { failure = failure ?? SimulationFailure(promise) }

  func add(_ event: SimulatedEvent, in seconds: Double) { queue.add(event, at: time + seconds) }
  func add(_ event: SimulatedEvent, at time: Double) { queue.add(event, at: time) }

  /// A number that nothing else has: no process, socket or membership.
  func freshNumber() -> Int {
    numbers += 1
    return numbers
  }

  /// One that is not 0, and that no other has, in all likelihood.
  func freshLife() -> UInt32 { UInt32(truncatingIfNeeded: dice.bits()) | 1 }

  /// Where everyone is, for people.
  var whereabouts: String {
    job.nodes.map { node in
      guard let process = holders[node] else { return "\(node) never came" }
      return process.isAlive ? "\(node) \(process.whereabouts)" : "\(node) is gone"
    }.joined(separator: "; ")
  }
}
