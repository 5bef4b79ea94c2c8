import Plan
import Testing
import Wire

@testable import CoordinatorCore

/// A server's backup takes its place, and nobody goes back.
@Suite struct BackupTests {
  private let backup = Member(role: .backup, index: 0)

  /// Two workers, one server and its backup, each at an endpoint of its own.
  private func story(_ change: (inout TrainingPlan) -> Void = { _ in }) -> Story {
    Story { plan in
      plan.cluster.backups = 1
      change(&plan)
    }
  }

  @discardableResult
  private func arrive(
    _ story: inout Story, _ role: Hello.Role, _ place: UInt16, at time: Double = 0
  ) -> JobCoordinator.Arrival {
    let hello = Hello(
      role: role, process: UInt32(place) + 1, place: place, incarnation: UInt64(place), endpoint: "e\(place)",
      dataFingerprint: "d")
    return story.coordinator.memberArrived(hello, at: time, directives: &story.directives)
  }

  private func begin(_ story: inout Story, at time: Double = 0) {
    for (role, place) in [(Hello.Role.server, UInt16(0)), (.server, 1), (.worker, 0), (.worker, 1)] {
      arrive(&story, role, place, at: time)
    }
    for member in [story.server, backup] { story.hear(.ready, from: member, at: time) }
    story.hear(.arranged, from: story.server, at: time)
    for member in [story.worker0, story.worker1] { story.hear(.ready, from: member, at: time) }
  }

  private func lose(_ story: inout Story, _ member: Member, at time: Double) {
    story.directives = []
    story.coordinator.memberLost(member, reason: "killed", at: time, directives: &story.directives)
  }

  @Test func nobodyConnectsBeforeTheBackupFollows() {
    var story = story()
    for place in UInt16(0)...1 { arrive(&story, .server, place) }
    for place in UInt16(0)...1 { arrive(&story, .worker, place) }
    let welcomes = story.orders.compactMap { if case .welcome(let welcome) = $0 { welcome } else { nil } }
    #expect(welcomes.map(\.isBackup) == [false, true, false, false])
    #expect(welcomes.prefix(2).allSatisfy { $0.index == 0 && $0.servers == 1 })
    story.hear(.ready, from: story.server)
    #expect(!story.orders.contains(.follow(serverEndpoint: "e0")))
    story.hear(.ready, from: backup)
    #expect(story.directives.contains(.send(backup, .follow(serverEndpoint: "e0"))))
    #expect(!story.orders.contains(.connect(serverEndpoints: ["e0"])))
    story.hear(.arranged, from: story.server)
    #expect(story.orders.contains(.connect(serverEndpoints: ["e0"])))
  }

  @Test func backupTakesItsServersPlace() {
    var story = story()
    begin(&story)
    #expect(story.coordinator.phase == .training)
    let membership = story.coordinator.membership
    let progress = Progress(epoch: Epoch(1), step: Step(9), samples: 10, loss: 0, optimizerStep: 9)
    story.hear(.progress(progress), from: story.worker0, at: 4)
    lose(&story, story.server, at: 5)
    #expect(story.coordinator.phase == .training && story.coordinator.membership == membership)
    #expect(story.coordinator.endpoints[story.server] == "e1" && story.coordinator.endpoints[backup] == nil)
    guard story.directives.count == 3, case .promote(backup, story.server, _) = story.directives[1] else {
      Issue.record("\(story.directives)")
      return
    }
    // The lost one is told before its place is another's.
    let isTold = if case .send(story.server, .regroup) = story.directives[0] { true } else { false }
    #expect(isTold)
    #expect(story.directives[2] == .send(story.server, .takeOver))
    story.hear(.arranged, from: story.server, at: 5.5)
    for worker in [story.worker0, story.worker1] {
      #expect(story.directives.contains(.send(worker, .replaceServer(ServerID(0), endpoint: "e1"))))
    }
    let record = story.coordinator.history.recoveries.first
    #expect(record?.role == "server" && record?.index == 0 && record?.atStep == 9 && record?.seconds == 0.5)
  }

  @Test func backupSeesTheEndOfItsServer() {
    var story = story()
    begin(&story)
    story.hear(.leaderGone, from: story.worker0, at: 4)
    #expect(story.coordinator.takeovers.isEmpty)
    story.hear(.leaderGone, from: backup, at: 5)
    #expect(story.coordinator.takeovers.count == 1 && story.coordinator.phase == .training)
    // Others see it, too; it is lost once.
    story.hear(.leaderGone, from: backup, at: 5)
    #expect(story.coordinator.takeovers.count == 1 && story.coordinator.phase == .training)
  }

  /// Whoever has stopped meanwhile writes its users to the server that is there.
  @Test func nothingSettlesBeforeTheBackupServes() {
    var story = story()
    begin(&story)
    lose(&story, story.server, at: 5)
    story.finishEpoch(1, story.worker0)
    story.finishEpoch(1, story.worker1)
    #expect(story.coordinator.phase == .training)
    story.hear(.arranged, from: story.server, at: 6)
    #expect(story.coordinator.phase == .settling)
    let orders = story.directives.compactMap { directive -> ControlMessage? in
      if case .send(story.worker1, let message) = directive { message } else { nil }
    }
    #expect(orders == [.replaceServer(ServerID(0), endpoint: "e1"), .settle(endedEpoch: Epoch(1))])
  }

  @Test func bothLostSendEveryoneBack() {
    var story = story()
    begin(&story)
    lose(&story, story.server, at: 5)
    lose(&story, story.server, at: 6)
    #expect(story.coordinator.phase == .gathering)
    // One server process is left of none: nobody waits for a backup.
    arrive(&story, .server, 0, at: 7)
    for place in UInt16(0)...1 { arrive(&story, .worker, place, at: 7) }
    #expect(story.coordinator.phase == .preparing)
    for member in [story.server, story.worker0, story.worker1] { story.hear(.ready, from: member, at: 7) }
    #expect(story.coordinator.phase == .training)
    #expect(story.coordinator.history.recoveries.map(\.seconds) == [2, 1])
  }

  @Test func serverGoesOnWithoutItsBackupUntilTheNextCut() {
    var story = story()
    begin(&story)
    lose(&story, backup, at: 5)
    #expect(story.coordinator.phase == .training && story.coordinator.endpoints[backup] == nil)
    #expect(story.directives.contains(.send(story.server, .goAlone)))
    let missing = story.coordinator.status(at: 5).members.first { $0.role == "backup" }
    #expect(missing?.process == nil && missing?.isAwaited == false)
    // Its successor stops nobody, and is let in after the next checkpoint.
    #expect(
      arrive(&story, .server, 1, at: 6) == .waits(reason: "it becomes a backup after the next checkpoint"))
    #expect(story.coordinator.phase == .training)
    story.trainEpoch(1, hits: 50)
    #expect(story.coordinator.phase == .gathering && story.coordinator.position.completedEpochs == 1)
    story.directives = []
    for (role, place) in [(Hello.Role.worker, UInt16(0)), (.worker, 1), (.server, 0)] {
      arrive(&story, role, place, at: 7)
    }
    #expect(story.coordinator.phase == .gathering)
    arrive(&story, .server, 1, at: 7)
    #expect(story.coordinator.phase == .preparing)
    for member in [story.server, backup] { story.hear(.ready, from: member, at: 7) }
    #expect(!story.directives.contains(.restoreServers))
    story.hear(.arranged, from: story.server, at: 7)
    #expect(story.directives.contains(.restoreServers))
  }

  /// Without its backup a server that is lost sends everyone back.
  @Test func lossWithoutABackupSendsEveryoneBack() {
    var story = story()
    begin(&story)
    lose(&story, backup, at: 5)
    lose(&story, story.server, at: 6)
    #expect(story.coordinator.phase == .gathering)
  }

  /// The spare process has the lost one's place at once.
  @Test func lossOutsideTrainingNeedsNoSuccessor() {
    var story = story()
    begin(&story)
    story.finishEpoch(1, story.worker0)
    story.finishEpoch(1, story.worker1)
    #expect(story.coordinator.phase == .settling)
    lose(&story, story.server, at: 5)
    #expect(story.coordinator.phase == .gathering)
    arrive(&story, .server, 1, at: 5)
    for place in UInt16(0)...1 { arrive(&story, .worker, place, at: 5) }
    #expect(story.coordinator.phase == .preparing && story.coordinator.endpoints[story.server] == "e1")
  }

  /// A backup that does not come holds nobody up for long.
  @Test func missingBackupIsNotWaitedForTwice() {
    var story = story()
    begin(&story)
    lose(&story, story.worker0, at: 5)
    arrive(&story, .server, 0, at: 5)
    for place in UInt16(0)...1 { arrive(&story, .worker, place, at: 5) }
    #expect(story.coordinator.phase == .gathering)
    story.coordinator.ticked(at: 9, directives: &story.directives)
    #expect(story.coordinator.phase == .preparing)
    for member in [story.server, story.worker0, story.worker1] { story.hear(.ready, from: member, at: 9) }
    #expect(story.coordinator.phase == .training)
  }

  @Test func backupAccountsForItselfAtTheEnd() {
    var story = story { $0.epochs = 1 }
    begin(&story)
    story.trainEpoch(1, hits: 50)
    #expect(story.coordinator.phase == .finishing)
    for member in [story.server, story.worker0, story.worker1] { story.hear(.farewell(Account()), from: member) }
    #expect(story.outcome == nil)
    story.hear(.farewell(Account()), from: backup)
    #expect(story.outcome == .done)
  }
}
