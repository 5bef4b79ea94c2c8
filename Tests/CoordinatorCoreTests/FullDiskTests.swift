import CoordinatorCore
import Plan
import Testing
import Wire

/// A disk that takes no checkpoint ends no training that can go on; and what `--recovery off` does without.
@Suite struct FullDiskTests {
  /// Everyone has trained and evaluated an epoch; its checkpoint is ordered.
  private func epoch(_ number: UInt32, of story: inout Story, at time: Double) {
    story.directives = []
    story.finishEpoch(number, story.worker0)
    story.finishEpoch(number, story.worker1)
    story.settle()
    story.coordinator.serversSettled(at: time, directives: &story.directives)
    for member in [story.worker0, story.worker1] {
      let counts = [UInt64](repeating: 1, count: 10)
      story.hear(.evaluated(RankCounts(counts: counts, cases: 100)), from: member, at: time)
    }
  }

  private func isOrdered(_ story: Story) -> Bool {
    story.directives.contains { if case .writeCheckpoint = $0 { true } else { false } }
  }

  private func fail(_ story: inout Story, at time: Double) -> Bool {
    story.directives = []
    return story.coordinator.checkpointFailed("no space", at: time, directives: &story.directives)
  }

  private func tick(_ story: inout Story, at time: Double) {
    for member in [story.server, story.worker0, story.worker1] { story.hear(.alive, from: member, at: time) }
    story.directives = []
    story.coordinator.ticked(at: time, directives: &story.directives)
  }

  @Test func trainingGoesOnAndGoesBackToTheLastCheckpoint() {
    var story = Story()
    story.begin()
    story.trainEpoch(1, hits: 50)
    epoch(2, of: &story, at: 5)
    #expect(isOrdered(story) && story.reported.isEmpty && !fail(&story, at: 7))
    #expect(story.coordinator.phase == .training && story.coordinator.position.completedEpochs == 2)
    #expect(story.coordinator.history.epochs.last?.trainingSeconds == 5)
    #expect(story.reported == [story.coordinator.history.epochs[1]])
    #expect(story.orders.contains { if case .train(Epoch(3), Step(0), _, _) = $0 { true } else { false } })
    // A cut in mid-epoch has time until its usual moment.
    tick(&story, at: 8)
    #expect(story.coordinator.phase == .training)
    story.coordinator.memberLost(story.worker0, reason: "killed", at: 9, directives: &story.directives)
    #expect(story.coordinator.position.completedEpochs == 1 && story.coordinator.history.epochs.count == 1)
  }

  @Test func anEpochIsReportedWithTheSecondsOfItsCheckpoint() {
    var story = Story()
    story.begin()
    epoch(1, of: &story, at: 5)
    #expect(isOrdered(story) && story.reported.isEmpty)
    story.coordinator.checkpointWritten(at: 7, directives: &story.directives)
    #expect(story.reported.map(\.trainingSeconds) == [7])
    #expect(story.reported == story.coordinator.history.epochs)
  }

  @Test func newcomerWaitsForACheckpointWithoutStoppingTheOthersAgain() {
    var story = Story()
    story.begin()
    story.coordinator.memberLost(story.worker1, reason: "killed", at: 5, directives: &story.directives)
    for time in [5.0, 9] {
      _ = story.arrive(.server, at: time)
      _ = story.arrive(.worker, at: time)
      story.coordinator.ticked(at: 9, directives: &story.directives)
    }
    for member in [story.server, story.worker0] { story.hear(.ready, from: member, at: 9) }
    _ = story.arrive(.worker, at: 10)
    #expect(story.coordinator.phase == .pausing)
    let progress = Progress(epoch: Epoch(1), step: Step(3), samples: 10, loss: 0, optimizerStep: 3)
    story.hear(.paused(progress, positions: []), from: story.worker0, at: 10)
    story.hear(.settled, from: story.worker0, at: 10)
    story.coordinator.serversSettled(at: 10, directives: &story.directives)
    #expect(!fail(&story, at: 11) && story.coordinator.phase == .training)
    #expect(story.arrive(.worker, at: 12) == .waits(reason: "the others write a checkpoint first"))
    #expect(story.coordinator.phase == .training && story.coordinator.cluster.workers == 1)
  }

  @Test func lastCheckpointIsTriedAgainForAWhile() {
    var story = Story { $0.epochs = 1 }
    story.begin()
    epoch(1, of: &story, at: 5)
    #expect(isOrdered(story) && fail(&story, at: 6) && !isOrdered(story))
    #expect(story.reported.map(\.epoch) == [1], "it does not wait for the disk")
    tick(&story, at: 6.5)
    #expect(!isOrdered(story))
    tick(&story, at: 7.1)
    #expect(isOrdered(story))
    #expect(fail(&story, at: 8))
    tick(&story, at: 9.1)
    #expect(isOrdered(story))
    story.coordinator.checkpointWritten(at: 9.2, directives: &story.directives)
    #expect(story.coordinator.phase == .finishing && story.reported.isEmpty)
  }

  @Test func jobThatCannotWriteItsLastCheckpointEnds() {
    var story = Story { $0.epochs = 1 }
    story.begin()
    epoch(1, of: &story, at: 5)
    #expect(fail(&story, at: 6) && fail(&story, at: 64))
    #expect(!fail(&story, at: 66))
    #expect(story.outcome == .failed(exitCode: 73, reason: "no space"))
  }

  @Test func interruptedJobTriesAgain() {
    var story = Story()
    story.begin()
    epoch(1, of: &story, at: 5)
    story.coordinator.interrupted(at: 5, directives: &story.directives)
    #expect(fail(&story, at: 6) && story.coordinator.phase == .writingCheckpoint)
  }

  @Test func withoutRecoveryOnlyTheEndIsWritten() {
    var story = Story { ($0.epochs, $0.recovery) = (2, false) }
    story.begin()
    epoch(1, of: &story, at: 5)
    #expect(!isOrdered(story) && story.coordinator.phase == .training)
    tick(&story, at: 60)
    #expect(story.coordinator.phase == .training)
    epoch(2, of: &story, at: 61)
    #expect(isOrdered(story))
  }

  @Test func withoutRecoveryALossIsTheEnd() {
    var story = Story { $0.recovery = false }
    story.begin()
    story.coordinator.memberLost(story.worker1, reason: "its process 7 ended", at: 5, directives: &story.directives)
    guard case .failed(69, let reason) = story.outcome else {
      Issue.record("ended with \(String(describing: story.outcome))")
      return
    }
    #expect(reason.hasPrefix("worker 1 is lost: its process 7 ended") && reason.contains("--recovery off"))
    #expect(story.orders.contains { if case .abort = $0 { true } else { false } })
  }
}
