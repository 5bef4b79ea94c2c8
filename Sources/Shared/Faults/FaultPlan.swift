/// The faults that a job is given on purpose: what happens to its frames, its processes and its files, and when. All
/// that is random in it comes from its seed.
package struct FaultPlan: Equatable, Sendable {
  package var seed: UInt64 = 1
  package var linkFaults: [LinkFault] = []
  package var processFaults: [ProcessFault] = []
  package var diskFaults: [DiskFault] = []

  package init() {}

  /// Reads a plan; HANDBOOK.md has the grammar.
  package init(_ text: String) throws(FaultPlanError) {
    var parser = try FaultParser(text)
    self = try parser.plan()
  }

  /// Whether somebody must stand between the processes: to injure frames, or to see in them which steps are reached.
  /// Whoever writes a file knows its step.
  package var needsFrames: Bool { !linkFaults.isEmpty || processFaults.contains { $0.trigger.needsStep } }

  /// Refuses processes that a job does not have.
  package func check(workers: Int, servers: Int) throws(FaultPlanError) {
    for fault in linkFaults {
      try Self.check(fault.link.from, fault.place, workers: workers, servers: servers)
      try Self.check(fault.link.to, fault.place, workers: workers, servers: servers)
    }
    for fault in processFaults { try Self.check(fault.target, fault.place, workers: workers, servers: servers) }
  }

  private static func check(
    _ pattern: NodePattern, _ place: FaultPlace, workers: Int, servers: Int
  ) throws(FaultPlanError) {
    guard let index = pattern.index, let role = pattern.role else { return }
    let count = role == .worker ? workers : role == .server ? servers : 1
    guard index >= count else { return }
    throw FaultPlanError(
      place, "there is no \(role) \(index)", hint: "the job has \(count) of them, counted from 0")
  }
}
