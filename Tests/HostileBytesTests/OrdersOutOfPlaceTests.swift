import Plan
import Ranking
import Testing
import Wire
import WorkerCore

@testable import CoordinatorCore
@testable import HostileBytes

/// Messages that can be read and make no sense where they come.
@Suite struct OrdersOutOfPlaceTests {
  private static func obey(_ message: ControlMessage, _ worker: inout HostileWorker) throws(WireError) {
    let bytes = message.encoded()
    // Safety: bytes have no padding.
    try worker.obey(unsafe bytes.span.bytes)
  }

  private static func train(
    epoch: Int = 1, until: Int = 1, _ positions: [ShardPosition] = []
  ) -> ControlMessage {
    .train(epoch: Epoch(epoch), step: Step(0), until: Step(until), positions: positions)
  }

  /// A worker without users: each of these used to stop it.
  @Test func aWorkerRefusesWhatItCannotDoYet() throws {
    var worker = HostileWorker(HostileJob(variant: 0), index: 1)
    #expect(throws: WireError.self) { try Self.obey(.evaluate(.test), &worker) }
    #expect(throws: WireError.self) { try Self.obey(Self.train(), &worker) }
    try Self.obey(.connect(serverEndpoints: ["e"]), &worker)
    #expect(throws: WireError.self) { try Self.obey(.connect(serverEndpoints: ["e"]), &worker) }
  }

  @Test(
    arguments: [
      (0, train(epoch: 0)), (0, train(until: 1000)), (1, train([ShardPosition(shard: ShardID(0), position: 1000)])),
      (1, train([ShardPosition(shard: ShardID(1), position: 0), ShardPosition(shard: ShardID(1), position: 0)])),
      (1, train([ShardPosition(shard: ShardID(4), position: 0)])),
      (2, .train(epoch: Epoch(1), step: Step(Int(UInt32.max)), until: Step(1), positions: [])),
    ] as [(UInt8, ControlMessage)])
  func aWorkerRefusesAnOrderThatItsDataCannotFill(variant: UInt8, order: ControlMessage) throws {
    var worker = HostileWorker(HostileJob(variant: variant), index: 1)
    // The order to settle brings it to where it takes orders.
    try Self.obey(.connect(serverEndpoints: ["e"]), &worker)
    let records = BulkRequest(
      job: HostileJob.job, token: 0, action: .readRecords, table: .user, first: 0, count: 0)
    let reply = ServerFeed.write(BulkRequest.headerByteCount) { records.writeReply(into: &$0) }
    // Safety: bytes have no padding.
    try worker.receive(unsafe reply.span.bytes)
    let state = worker.trainer.state
    #expect(state == .idle)
    #expect(throws: WireError.self) { try Self.obey(order, &worker) }
  }

  @Test func aWorkerKnowsWhatABackupMustBeAsked() throws {
    var worker = HostileWorker(HostileJob(variant: 16), index: 1)
    #expect(throws: WireError.self) { try worker.trainer.serverReplaced(ServerID(0)) }
    try Self.obey(.connect(serverEndpoints: ["e"]), &worker)
    #expect(throws: WireError.self) { try worker.trainer.serverReplaced(ServerID(0)) }
    let records = BulkRequest(
      job: HostileJob.job, token: 0, action: .readRecords, table: .user, first: 0, count: 0)
    let reply = ServerFeed.write(BulkRequest.headerByteCount) { records.writeReply(into: &$0) }
    // Safety: bytes have no padding.
    try worker.receive(unsafe reply.span.bytes)
    var isUnanswered = try worker.trainer.serverReplaced(ServerID(0))
    #expect(!isUnanswered)
    try Self.obey(Self.train(), &worker)
    isUnanswered = try worker.trainer.serverReplaced(ServerID(0))
    #expect(isUnanswered)
    #expect(throws: WireError.self) { try worker.trainer.serverReplaced(ServerID(1)) }
  }

  /// A step before the one at which the workers began used to stop the coordinator.
  @Test func theCoordinatorNamesAWorkerThatStopsWhereItCannotBe() throws {
    var coordinator = HostileCoordinator(HostileJob(variant: 0))
    func send(_ message: ControlMessage, _ sender: Int) throws {
      let bytes = message.encoded()
      // Safety: bytes have no padding.
      try coordinator.receive(unsafe bytes.span.bytes, from: sender)
      _ = coordinator.carryOut()
    }
    for (sender, role) in [Hello.Role.server, .worker, .worker].enumerated() {
      try send(
        .hello(Hello(role: role, process: 1, place: 0, incarnation: 1, endpoint: "e", dataFingerprint: "d")), sender)
    }
    for sender in 0..<3 { try send(.ready, sender) }
    let progress = Progress(epoch: Epoch(1), step: Step(1000), samples: 1, loss: .max, optimizerStep: 1)
    try send(.epochFinished(progress, positions: []), 1)
    guard case .failed(let exitCode, let reason) = coordinator.outcome else {
      Issue.record("the job goes on")
      return
    }
    #expect(exitCode == 70 && reason.contains("worker 0 stops at step 1000"))
  }

  @Test func aHistoryOfOtherRanksIsNamed() {
    var history = JobHistory()
    #expect(history.contradiction(topK: 2) == nil)
    func record(_ epoch: Int, _ test: RankTally?) -> EpochRecord {
      EpochRecord(
        epoch: epoch, samples: 1, loss: 1, trainingSeconds: 1, evaluationSeconds: 1, test: test, validation: nil)
    }
    history.epochs = [record(1, RankTally(counts: [1, 2], cases: 3))]
    #expect(history.contradiction(topK: 2) == nil)
    #expect(history.contradiction(topK: 3) != nil)
    history.epochs = [record(1, RankTally(counts: [.max, .max], cases: .max))]
    #expect(history.contradiction(topK: 2) != nil)
    history.epochs = [record(2, nil)]
    #expect(history.contradiction(topK: 2) != nil)
  }
}
