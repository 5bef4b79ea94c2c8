import Plan
import Wire

/// Servers that are followed by a backup: while the training is under way it takes the place of a server that is lost,
/// and nobody goes back.
extension JobCoordinator {
  /// Where the loss of a server or of a backup need not send anyone back, does what is to be done instead.
  /// - Returns: whether it was so
  mutating func isMadeGood(
    _ loss: OpenLoss, of member: Member, _ reason: String, at time: Double, directives: inout [CoordinatorDirective]
  ) -> Bool {
    switch member.role {
    case .worker: return false
    case .server:
      guard phase == .training || phase == .pausing, endpoints[member.backup] != nil else { return false }
      takeovers.append(loss)
      // It may be alive, and shall come back as somebody else.
      directives.append(.send(member, .regroup(reason: reason)))
      endpoints[member] = endpoints[member.backup]
      processes[member] = processes[member.backup]
      lastHeard[member] = lastHeard[member.backup]
      forget(member.backup)
      directives.append(.promote(member.backup, to: member, reason: reason))
      directives.append(.send(member, .takeOver))
    case .backup:
      switch phase {
      case .training, .pausing, .settling, .evaluating, .writingCheckpoint: break
      case .gathering, .preparing, .finishing, .over: return false
      }
      directives.append(.send(member, .regroup(reason: reason)))
      forget(member)
      directives.append(.reportBackupLost(member, reason: reason))
      directives.append(.send(Member(role: .server, index: member.index), .goAlone))
    }
    return true
  }

  private mutating func forget(_ backup: Member) {
    endpoints[backup] = nil
    processes[backup] = nil
    lastHeard[backup] = nil
  }

  /// A backup has lost the connection to its server, and is there to take its place; where it cannot, others will see
  /// whether the server is lost.
  mutating func leaderGone(_ member: Member, at time: Double, directives: inout [CoordinatorDirective]) {
    guard member.role == .backup, endpoints[member] != nil, phase == .training || phase == .pausing else { return }
    memberLost(
      Member(role: .server, index: member.index), reason: "its backup has lost the connection to it", at: time,
      directives: &directives)
  }

  /// A server is followed, or a backup serves.
  mutating func arranged(_ member: Member, at time: Double, directives: inout [CoordinatorDirective]) {
    if unfollowed.remove(member) != nil {
      guard phase == .preparing, unfollowed.isEmpty else { return }
      return serversMayBeFilled(directives: &directives)
    }
    guard member.role == .server, let place = takeovers.firstIndex(where: { $0.index == member.index }) else { return }
    let loss = takeovers.remove(at: place)
    for worker in workers {
      directives.append(
        .send(worker, .replaceServer(ServerID(member.index), endpoint: endpoints[member] ?? "")))
    }
    let step = max(position.optimizerStep, progress.values.map(\.optimizerStep).max() ?? 0)
    close(loss, atStep: step, at: time, directives: &directives)
    everyoneMayHaveStopped(at: time, directives: &directives)
  }
}
