import Plan

/// What happens to processes.
package struct ProcessFault: Equatable, Sendable {
  package enum Action: Equatable, Sendable {
    /// It ends at once (SIGKILL); its successor comes `awaySeconds` later than it would.
    case kill(awaySeconds: Double)
    /// It stands still (SIGSTOP), and goes on after so many seconds (SIGCONT).
    case pause(seconds: Double)
    /// It is told to end (SIGTERM), and started again.
    case restart
  }
  package let action: Action
  /// Which processes it may be; one of them is drawn.
  package let target: NodePattern
  package let trigger: FaultTrigger
  /// Its statement, for people.
  package let text: String
  package let place: FaultPlace
}

/// A process fault that is due, and whom it hits.
package struct DueProcessFault: Equatable, Sendable {
  package let action: ProcessFault.Action
  package let node: FaultNode
  package let text: String
}

/// A plan's process faults in the course of a job.
package struct ProcessFaultSchedule: Sendable {
  private let faults: [ProcessFault]
  private let nodes: [FaultNode]
  private let streams: [RandomStream]
  private var clocks: [TriggerClock]
  private var drawn: UInt64 = 0

  /// - Parameter nodes: the processes of the job
  package init(_ plan: FaultPlan, nodes: [FaultNode]) {
    faults = plan.processFaults
    self.nodes = nodes
    clocks = plan.processFaults.enumerated().map { index, fault in
      TriggerClock(fault.trigger, RandomStream(seed: plan.seed, .faults, 2, UInt64(index)))
    }
    streams = plan.processFaults.indices.map { RandomStream(seed: plan.seed, .faults, 3, UInt64($0)) }
  }

  /// What is to happen now.
  /// - Parameters:
  ///   - time: seconds since the job began
  ///   - step: the highest optimizer step that was reached
  package mutating func due(at time: Double, step: UInt64) -> [DueProcessFault] {
    var due: [DueProcessFault] = []
    for (index, fault) in faults.enumerated() where clocks[index].fires(at: time, step: step) {
      let candidates = nodes.filter { fault.target.matches($0) }
      guard !candidates.isEmpty else { continue }
      let choice = streams[index].index(below: UInt32(candidates.count), at: drawn)
      drawn += 1
      due.append(DueProcessFault(action: fault.action, node: candidates[Int(choice)], text: fault.text))
    }
    return due
  }
}
