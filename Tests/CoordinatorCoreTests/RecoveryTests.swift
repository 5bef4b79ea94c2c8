import CoordinatorCore
import Plan
import Testing
import Wire

/// Whoever is lost, the job goes back to the last cut and on from there.
@Suite struct RecoveryTests {
  private func bornAgain(_ story: inout Story, at time: Double) {
    for role in [Hello.Role.server, .worker, .worker] { _ = story.arrive(role, at: time) }
    for member in [story.server, story.worker0, story.worker1] { story.hear(.ready, from: member, at: time) }
  }

  @Test func lostWorkerSendsEveryoneBackToTheBeginning() {
    var story = Story()
    story.begin()
    let (job, membership) = (story.coordinator.job, story.coordinator.membership)
    story.coordinator.memberLost(story.worker1, reason: "killed", at: 5, directives: &story.directives)
    #expect(story.coordinator.phase == .gathering && story.coordinator.position == JobPosition())
    #expect(story.coordinator.job != job && story.coordinator.membership != membership)
    bornAgain(&story, at: 7)
    #expect(story.coordinator.phase == .training)
    let record = story.coordinator.history.recoveries.first
    #expect(record?.role == "worker" && record?.index == 1 && record?.atStep == 0 && record?.seconds == 2)
  }

  @Test func jobGoesOnFromItsLastCheckpoint() {
    var story = Story()
    story.begin()
    story.trainEpoch(1, hits: 50)
    let history = story.coordinator.history.epochs
    story.finishEpoch(2, story.worker0)
    story.coordinator.memberLost(story.server, reason: "killed", at: 3, directives: &story.directives)
    #expect(story.coordinator.restores)
    story.directives = []
    for role in [Hello.Role.server, .worker, .worker] { _ = story.arrive(role) }
    story.hear(.ready, from: story.server)
    #expect(story.directives.contains(.restoreServers))
    story.coordinator.serversRestored(at: 4, directives: &story.directives)
    for member in [story.worker0, story.worker1] { story.hear(.ready, from: member, at: 4) }
    #expect(story.coordinator.position.completedEpochs == 1 && story.coordinator.history.epochs == history)
    #expect(
      story.orders.contains { if case .train(Epoch(2), Step(0), _, _) = $0 { true } else { false } })
  }

  @Test func jobThatOnlyLosesGivesUp() {
    var story = Story()
    story.begin()
    var losses = 0
    while story.outcome == nil, losses < 100 {
      story.coordinator.memberLost(story.worker0, reason: "killed", at: 1, directives: &story.directives)
      losses += 1
      if story.outcome == nil { bornAgain(&story, at: 1) }
    }
    guard case .failed(75, let reason) = story.outcome else {
      Issue.record("ended with \(String(describing: story.outcome))")
      return
    }
    #expect(losses == 11 && reason.contains("worker 0 is lost: killed"))
  }

  @Test func placesThatStayEmptyAreClosed() {
    var story = Story()
    story.begin()
    story.coordinator.memberLost(story.worker1, reason: "killed", at: 5, directives: &story.directives)
    _ = story.arrive(.server, at: 5)
    _ = story.arrive(.worker, at: 5)
    story.coordinator.ticked(at: 7, directives: &story.directives)
    #expect(story.coordinator.cluster.workers == 2)
    story.coordinator.ticked(at: 9, directives: &story.directives)
    #expect(story.coordinator.cluster.workers == 1 && story.coordinator.phase == .gathering)
    _ = story.arrive(.server, at: 9)
    _ = story.arrive(.worker, at: 9)
    for member in [story.server, story.worker0] { story.hear(.ready, from: member, at: 9) }
    #expect(story.coordinator.phase == .training)
    // The lost one comes back, and the job makes room, with nothing to compute again.
    #expect(story.arrive(.worker, at: 20) == .waits(reason: "the others write a checkpoint first"))
    #expect(story.coordinator.phase == .pausing)
    let progress = Progress(epoch: Epoch(1), step: Step(3), samples: 10, loss: 0, optimizerStep: 3)
    story.hear(.paused(progress, positions: []), from: story.worker0, at: 20)
    story.hear(.settled, from: story.worker0, at: 20)
    story.coordinator.serversSettled(at: 20, directives: &story.directives)
    #expect(story.arrive(.worker, at: 20) == .waits(reason: "the others write a checkpoint first"))
    story.coordinator.checkpointWritten(at: 20, directives: &story.directives)
    #expect(story.coordinator.cluster.workers == 2 && story.coordinator.phase == .gathering)
    #expect(story.coordinator.position.step == 3)
  }

  @Test func lossAfterTheLastCheckpointEndsNothing() {
    var story = Story { $0.epochs = 1 }
    story.begin()
    story.trainEpoch(1, hits: 50)
    #expect(story.coordinator.phase == .finishing)
    story.coordinator.memberLost(story.worker0, reason: "killed", at: 3, directives: &story.directives)
    for member in [story.server, story.worker1] { story.hear(.farewell(Account()), from: member) }
    #expect(story.outcome == .done)
  }

  @Test func leasesOfAllWhoAreLostAtTheEndRunOut() {
    var story = Story { $0.epochs = 1 }
    story.begin()
    story.trainEpoch(1, hits: 50)
    #expect(story.coordinator.phase == .finishing)
    story.hear(.farewell(Account()), from: story.worker0)
    for time in [30.0, 31] { story.coordinator.ticked(at: time, directives: &story.directives) }
    #expect(story.outcome == .done)
  }

  @Test func whoHasFinishedTheEpochKeepsItsPlaceInACut() {
    var story = Story { $0.consistency = .ssp(1) }
    story.begin()
    let finished = Progress(epoch: Epoch(1), step: Step(2), samples: 500, loss: 0, optimizerStep: 2)
    story.hear(
      .epochFinished(finished, positions: [ShardPosition(shard: ShardID(0), position: 70)]), from: story.worker0)
    for member in [story.server, story.worker0, story.worker1] { story.hear(.alive, from: member, at: 31) }
    story.coordinator.ticked(at: 31, directives: &story.directives)
    let paused = Progress(epoch: Epoch(1), step: Step(1), samples: 20, loss: 0, optimizerStep: 3)
    story.hear(
      .paused(paused, positions: [ShardPosition(shard: ShardID(1), position: 4)]), from: story.worker1, at: 31)
    story.settle()
    story.coordinator.serversSettled(at: 32, directives: &story.directives)
    let position = story.coordinator.position
    #expect(Array(position.positions.prefix(2)) == [70, 4] && position.step == 3)

    // Each worker counts its steps on, so that the servers do not take its pushes for those that they have.
    story.coordinator.checkpointWritten(at: 32, directives: &story.directives)
    let orders = story.directives.compactMap {
      if case .send(let member, .train(_, let step, _, _)) = $0 { (member, step) } else { nil }
    }
    #expect(orders.suffix(2).map(\.0) == [story.worker0, story.worker1])
    #expect(orders.suffix(2).map(\.1) == [Step(2), Step(1)])
    for member in [story.server, story.worker0, story.worker1] { story.hear(.alive, from: member, at: 63) }
    story.coordinator.ticked(at: 63, directives: &story.directives)
    story.hear(.epochFinished(finished, positions: []), from: story.worker0, at: 63)
    let further = Progress(epoch: Epoch(1), step: Step(5), samples: 20, loss: 0, optimizerStep: 7)
    story.hear(.paused(further, positions: []), from: story.worker1, at: 63)
    story.settle()
    story.coordinator.serversSettled(at: 64, directives: &story.directives)
    #expect(story.coordinator.position.step == 7 && story.coordinator.position.optimizerStep == 7)
  }

  /// Where the plan leaves it open, a checkpoint at an epoch's end has to be worth its time.
  @Test func checkpointsTakeAFiftiethOfTheTime() {
    var story = Story {
      $0.epochs = 6
      $0.checkpointEvery = 0
    }
    story.begin()
    var written: [Int] = []
    for (epoch, end) in [(1, 10.0), (2, 20), (3, 40), (4, 70), (5, 90)] {
      story.directives = []
      story.finishEpoch(UInt32(epoch), story.worker0)
      story.finishEpoch(UInt32(epoch), story.worker1)
      story.settle()
      story.coordinator.serversSettled(at: end, directives: &story.directives)
      for member in [story.worker0, story.worker1] {
        story.hear(.evaluated(RankCounts(counts: [UInt64](repeating: 1, count: 10), cases: 100)), from: member, at: end)
      }
      guard story.coordinator.phase == .writingCheckpoint else { continue }
      written.append(epoch)
      story.coordinator.checkpointWritten(at: end + 1, directives: &story.directives)
    }
    #expect(written == [1, 4])
  }

  @Test func longEpochsAreCut() {
    var story = Story()
    story.begin()
    for member in [story.server, story.worker0, story.worker1] { story.hear(.alive, from: member, at: 29) }
    story.coordinator.ticked(at: 29, directives: &story.directives)
    #expect(story.coordinator.phase == .training)
    for member in [story.server, story.worker0, story.worker1] { story.hear(.alive, from: member, at: 31) }
    story.coordinator.ticked(at: 31, directives: &story.directives)
    #expect(story.coordinator.phase == .pausing && !story.coordinator.isInterrupted)
    for member in [story.worker0, story.worker1] {
      let progress = Progress(epoch: Epoch(1), step: Step(1), samples: 10, loss: 0, optimizerStep: 1)
      story.hear(.paused(progress, positions: []), from: member, at: 31)
    }
    story.settle()
    story.coordinator.serversSettled(at: 32, directives: &story.directives)
    story.coordinator.checkpointWritten(at: 32, directives: &story.directives)
    #expect(story.coordinator.phase == .training && story.coordinator.position.step == 1)
    #expect(story.orders.contains { if case .train(Epoch(1), Step(1), _, _) = $0 { true } else { false } })
  }
}
