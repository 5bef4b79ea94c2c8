import CoordinatorCore
import Plan
import Testing
import Wire

@Suite struct JobStatusTests {
  private func progress(_ step: UInt32, samples: UInt64) -> ControlMessage {
    .progress(Progress(epoch: Epoch(1), step: Step(step), samples: samples, loss: 0, optimizerStep: UInt64(step)))
  }

  @Test func whoIsMissingIsAwaited() throws {
    var story = Story()
    _ = story.arrive(.server, at: 1)
    let status = story.coordinator.status(at: 3)
    #expect(status.phase == "gathering the members" && status.phaseSeconds == 3)
    #expect(status.members.map(\.isAwaited) == [false, true, true])
    #expect(status.members.map(\.process) == [1, nil, nil])
    #expect(status.members[0].silentSeconds == 2)
  }

  @Test func whoIsBehindHasItsStepsAndItsRate() throws {
    var story = Story()
    story.begin()
    story.hear(progress(1, samples: 1000), from: story.worker0, at: 1)
    story.hear(progress(1, samples: 1000), from: story.worker1, at: 1)
    story.hear(progress(9, samples: 9000), from: story.worker0, at: 3)
    let status = story.coordinator.status(at: 7)
    let workers = status.members.filter { $0.role == "worker" }
    #expect(workers.map(\.step) == [9, 1] && workers.map(\.stepsBehind) == [0, 8])
    #expect(workers.map(\.samplesPerSecond) == [4000, nil])
    #expect(workers.map(\.stillSeconds) == [4, 6])
    #expect(status.epoch == 1 && status.epochs == 3 && status.optimizerStep == 9)
    #expect(workers.map(\.isAwaited) == [true, true])
  }

  @Test func whoHasFinishedWaitsForTheOther() {
    var story = Story()
    story.begin()
    story.finishEpoch(1, story.worker0)
    #expect(story.coordinator.status(at: 1).members.map(\.isAwaited) == [false, false, true])
  }

  @Test func whoeverIsLostIsCounted() {
    var story = Story()
    story.begin()
    story.coordinator.memberLost(story.worker0, reason: "killed", at: 1, directives: &story.directives)
    let status = story.coordinator.status(at: 1)
    #expect(status.membership == 2 && status.members.allSatisfy { $0.process == nil && $0.step == nil })
  }
}
