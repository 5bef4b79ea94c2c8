import CoordinatorCore
import Plan
import Testing
import Wire

/// A coordinator of two workers and one server, and what it ordered last.
struct Story {
  var coordinator: JobCoordinator
  var directives: [CoordinatorDirective] = []
  let worker0 = Member(role: .worker, index: 0)
  let worker1 = Member(role: .worker, index: 1)
  let server = Member(role: .server, index: 0)

  init(_ change: (inout TrainingPlan) -> Void = { _ in }) {
    var plan = TrainingPlan()
    plan.epochs = 3
    plan.checkpointEvery = 1
    plan.cluster = ClusterShape(workers: 2, servers: 1)
    change(&plan)
    coordinator = JobCoordinator(
      plan: plan, planBytes: [], size: ProblemSize(users: 4, items: 5, trainingInteractions: 1000), job: JobID(1),
      dataFingerprint: "d", resumingAt: nil, history: JobHistory(), at: 0)
  }

  mutating func arrive(
    _ role: Hello.Role, data: String = "d", at time: Double = 0
  ) -> JobCoordinator.Arrival {
    let hello = Hello(
      role: role, process: 1, place: 0, incarnation: 1, endpoint: "tcp://127.0.0.1:1", dataFingerprint: data)
    return coordinator.memberArrived(hello, at: time, directives: &directives)
  }

  mutating func hear(_ message: ControlMessage, from member: Member, at time: Double = 0) {
    coordinator.received(message, from: member, at: time, directives: &directives)
  }

  /// Everyone arrives and gets ready; the first epoch is ordered.
  mutating func begin() {
    for role in [Hello.Role.server, .worker, .worker] { _ = arrive(role) }
    for member in [server, worker0, worker1] { hear(.ready, from: member) }
  }

  /// One worker finishes the epoch with its half of the samples.
  mutating func finishEpoch(_ epoch: UInt32, _ member: Member) {
    let progress = Progress(epoch: Epoch(epoch), step: Step(2), samples: 2500, loss: 0, optimizerStep: 2)
    hear(.epochFinished(progress, positions: []), from: member)
  }

  /// The workers write their users back.
  mutating func settle() {
    for member in [worker0, worker1] { hear(.settled, from: member) }
  }

  mutating func trainEpoch(_ epoch: UInt32, hits: UInt64) {
    finishEpoch(epoch, worker0)
    finishEpoch(epoch, worker1)
    settle()
    coordinator.serversSettled(at: 1, directives: &directives)
    for member in [worker0, worker1] {
      let counts = [hits] + [UInt64](repeating: 0, count: 9)
      hear(.evaluated(RankCounts(counts: counts, cases: 100)), from: member)
    }
    coordinator.checkpointWritten(at: 2, directives: &directives)
  }

  var orders: [ControlMessage] {
    directives.compactMap { if case .send(_, let message) = $0 { message } else { nil } }
  }

  var reported: [EpochRecord] {
    directives.compactMap { if case .reportEpoch(let record) = $0 { record } else { nil } }
  }

  var outcome: JobOutcome? {
    for case .finish(let outcome) in directives { return outcome }
    return nil
  }
}

@Suite struct JobCoordinatorTests {
  @Test func trainsWhenEveryoneIsReady() {
    var story = Story()
    story.begin()
    #expect(story.coordinator.phase == .training)
    let orders = story.orders.count { if case .train = $0 { true } else { false } }
    #expect(orders == 2)
  }

  @Test func serverThatIsReadyBeforeTheLastMemberComesIsNotForgotten() {
    var story = Story()
    _ = story.arrive(.server)
    story.hear(.ready, from: story.server)
    _ = story.arrive(.worker)
    _ = story.arrive(.worker)
    #expect(story.orders.contains(.connect(serverEndpoints: ["tcp://127.0.0.1:1"])))
  }

  @Test func oneWorkerTooManyIsSentAway() {
    var story = Story()
    _ = story.arrive(.worker)
    _ = story.arrive(.worker)
    // One of them may be dead, and the third its successor, until both are heard again.
    let waits = JobCoordinator.Arrival.waits(reason: "someone whose place it could take may be lost")
    #expect(story.arrive(.worker, at: 1) == waits)
    story.hear(.alive, from: story.worker0, at: 2)
    #expect(story.arrive(.worker, at: 2) == waits)
    story.hear(.alive, from: story.worker1, at: 3)
    #expect(story.arrive(.worker, at: 3) == .refused(reason: "the job has all 2 of its workers"))
  }

  @Test func workerWithOtherDataIsSentAway() {
    var story = Story()
    guard case .refused(let refusal) = story.arrive(.worker, data: "e") else {
      Issue.record("a worker with other data was let in")
      return
    }
    #expect(refusal.contains("its prepared data is e"))
  }

  @Test func missingMembersAreNamedAfterTheDeadline() {
    var story = Story()
    _ = story.arrive(.worker)
    story.hear(.alive, from: story.worker0, at: 58)
    story.coordinator.ticked(at: 59, directives: &story.directives)
    #expect(story.outcome == nil)
    story.coordinator.ticked(at: 61, directives: &story.directives)
    #expect(
      story.outcome
        == .failed(exitCode: 69, reason: "waited 60 s, and these have not come: server 0, worker 1"))
  }

  @Test func silentMemberIsNamedWithItsPlace() {
    var story = Story()
    story.begin()
    let progress = Progress(epoch: Epoch(1), step: Step(1), samples: 0, loss: 0, optimizerStep: 0)
    story.hear(.progress(progress), from: story.worker1)
    story.hear(.alive, from: story.worker0, at: 10)
    story.hear(.alive, from: story.server, at: 10)
    story.directives = []
    story.coordinator.ticked(at: 16, directives: &story.directives)
    let reason = "worker 1 is lost: nothing heard for 16 s (while training, epoch 1, step 1)"
    #expect(story.outcome == nil && story.coordinator.phase == .gathering)
    #expect(story.directives.contains(.endProcess(1)) && story.directives.contains(.goBack(reason: reason)))
    #expect(story.orders.count { $0 == .regroup(reason: reason) } == 3)
  }

  @Test func workerThatLivesButStandsStillIsNamed() {
    var story = Story()
    story.begin()
    for time in stride(from: 1.0, through: 100, by: 1) {
      for member in [story.server, story.worker0, story.worker1] { story.hear(.alive, from: member, at: time) }
      story.coordinator.ticked(at: time, directives: &story.directives)
    }
    let reasons = story.directives.compactMap { if case .goBack(let reason) = $0 { reason } else { nil } }
    #expect(reasons.count == 1 && reasons.first?.contains("is lost: has stood still for 90 s") == true)
  }

  @Test func epochsFollowOneAnotherToTheEnd() {
    var story = Story()
    story.begin()
    for epoch: UInt32 in 1...3 { story.trainEpoch(epoch, hits: UInt64(epoch)) }
    #expect(story.coordinator.phase == .finishing)
    for member in [story.server, story.worker0, story.worker1] { story.hear(.farewell(Account()), from: member) }
    #expect(story.outcome == .done)
    #expect(story.coordinator.history.epochs.map(\.samples) == [5000, 5000, 5000])
    #expect(story.coordinator.history.best(topK: 10)?.epoch == 3)
  }

  @Test func staleEpochsStopTheTraining() {
    var story = Story { plan in
      plan.epochs = 100
      plan.stopAfterStaleEpochs = 2
    }
    story.begin()
    for (epoch, hits) in zip(UInt32(1)..., [10, 30, 20, 30] as [UInt64]) { story.trainEpoch(epoch, hits: hits) }
    #expect(story.coordinator.phase == .finishing)
    #expect(story.coordinator.history.best(topK: 10)?.epoch == 2)
    #expect(story.coordinator.history.epochs.count == 4)
  }

  @Test func interruptionMidEpochStopsEveryoneAtTheSameStep() {
    var story = Story()
    story.begin()
    story.coordinator.interrupted(at: 0, directives: &story.directives)
    #expect(story.orders.count { $0 == .pause } == 2)
    let behind = Progress(epoch: Epoch(1), step: Step(0), samples: 0, loss: 0, optimizerStep: 0)
    let ahead = Progress(epoch: Epoch(1), step: Step(1), samples: 2000, loss: 0, optimizerStep: 1)
    story.hear(.paused(ahead, positions: []), from: story.worker0)
    story.directives = []
    story.hear(.paused(behind, positions: []), from: story.worker1)
    #expect(story.orders == [.train(epoch: Epoch(1), step: Step(0), until: Step(1), positions: [])])
    story.hear(.paused(ahead, positions: []), from: story.worker1)
    #expect(story.orders.count { $0 == .settle(endedEpoch: Epoch(0)) } == 2)
    story.hear(.settled, from: story.worker0)
    #expect(!story.directives.contains(.settleServers(optimizerStep: 1, endedEpoch: Epoch(0))))
    story.hear(.settled, from: story.worker1)
    #expect(story.directives.last == .settleServers(optimizerStep: 1, endedEpoch: Epoch(0)))
    story.coordinator.serversSettled(at: 0, directives: &story.directives)
    var position = JobPosition()
    position.step = 1
    position.optimizerStep = 1
    #expect(story.directives.last == .writeCheckpoint(position))
    story.coordinator.checkpointWritten(at: 0, directives: &story.directives)
    for member in [story.server, story.worker0, story.worker1] { story.hear(.farewell(Account()), from: member) }
    #expect(story.outcome == .interrupted(position))
  }

  @Test func interruptionWhileGatheringEndsAtOnce() {
    var story = Story()
    _ = story.arrive(.worker)
    story.coordinator.interrupted(at: 0, directives: &story.directives)
    #expect(story.outcome == .interrupted(JobPosition()))
  }

  @Test func failureOfAMemberEndsTheJobWithItsReason() {
    var story = Story()
    story.begin()
    story.hear(.failed(exitCode: 74, reason: "disk gone"), from: story.worker0)
    #expect(story.outcome == .failed(exitCode: 74, reason: "worker 0: disk gone"))
    #expect(story.orders.count { $0 == .abort(reason: "worker 0: disk gone") } == 3)
  }

  @Test func memberThatSpeaksOutOfTurnEndsTheJob() {
    var story = Story()
    story.begin()
    story.hear(.finish, from: story.worker0)
    guard case .failed(70, _) = story.outcome else {
      Issue.record("ended with \(String(describing: story.outcome))")
      return
    }
  }
}
