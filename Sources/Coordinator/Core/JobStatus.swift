import Plan
import Wire

/// What a job does at a moment, for people: who is there, how far they are, and who waits for whom.
package struct JobStatus: Codable, Sendable, Equatable {
  /// As in "while training".
  package var phase: String
  /// How long the phase has lasted.
  package var phaseSeconds: Double
  package var membership: UInt32
  /// The epoch that is trained, counted from 1, of so many.
  package var epoch: Int
  package var epochs: Int
  /// Optimizer steps that are known of.
  package var optimizerStep: UInt64
  /// How often someone was lost and the training went on.
  package var recoveries: Int
  package var members: [MemberStatus]
}

/// What one place of a job does.
package struct MemberStatus: Codable, Sendable, Equatable {
  /// `worker`, `server` or `backup`, which has its server's index.
  package var role: String
  package var index: Int
  /// The process in the place; nil while nobody has it.
  package var process: UInt32?
  /// How long ago it was heard, and how long a worker has stood at its step.
  package var silentSeconds: Double?
  package var stillSeconds: Double?
  /// Where a worker is in its epoch, how many steps the fastest one is ahead of it, and how fast it trains.
  package var step: UInt32?
  package var stepsBehind: UInt32?
  package var samplesPerSecond: Double?
  /// Whether the phase cannot end without it.
  package var isAwaited: Bool
}

extension JobCoordinator {
  /// What the job does now.
  package func status(at time: Double) -> JobStatus {
    let fastest = workers.compactMap { progress[$0]?.step.rawValue }.max() ?? 0
    return JobStatus(
      phase: phaseName, phaseSeconds: time - phaseBegan, membership: membership.rawValue,
      epoch: min(position.completedEpochs + 1, plan.epochs), epochs: plan.epochs,
      optimizerStep: max(position.optimizerStep, progress.values.map(\.optimizerStep).max() ?? 0),
      recoveries: history.recoveries.count,
      members: (servers + backups + workers).map { member in
        let progress = progress[member]
        return MemberStatus(
          role: member.role.rawValue, index: member.index, process: processes[member],
          silentSeconds: lastHeard[member].map { time - $0 }, stillSeconds: lastAdvance[member].map { time - $0 },
          step: progress?.step.rawValue, stepsBehind: progress.map { fastest - $0.step.rawValue },
          samplesPerSecond: rates[member], isAwaited: isAwaited(member))
      })
  }

  private func isAwaited(_ member: Member) -> Bool {
    switch phase {
    case .gathering: endpoints[member] == nil
    case .preparing: endpoints[member] != nil && !ready.contains(member)
    case .training, .pausing, .settling, .evaluating, .finishing: awaited.contains(member)
    case .writingCheckpoint: member.role == .server
    case .over: false
    }
  }
}
