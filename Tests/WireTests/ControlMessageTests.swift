import Plan
import Testing
import Wire

/// One of each message, with every field away from its default.
private let examples: [ControlMessage] = [
  .hello(
    Hello(
      role: .server, process: 77, place: 3, incarnation: 0xdead_beef, endpoint: "ipc:///tmp/x", dataFingerprint: "d1")),
  .ready,
  .progress(Progress(epoch: Epoch(3), step: Step(4), samples: 5, loss: -6, optimizerStep: 7)),
  .epochFinished(
    Progress(epoch: Epoch(1), step: Step(2), samples: 1 << 50, loss: .min, optimizerStep: 9),
    positions: [ShardPosition(shard: ShardID(3), position: 4)]),
  .paused(
    Progress(epoch: Epoch(1), step: Step(2), samples: 3, loss: 4, optimizerStep: 5),
    positions: [ShardPosition(shard: ShardID(1), position: 2), ShardPosition(shard: ShardID(3), position: .max)]),
  .evaluated(RankCounts(counts: [1, 2, 3], cases: 9)),
  .measured(
    RatingErrors(
      minimum: 0.5, width: 4.5, cases: 3, absolute: 4, squared: 5, ratings: -6, ratingSquares: .max)),
  .farewell(
    Account(
      cpuSeconds: 1.5, peakResidentBytes: 2, bytesSent: 3, bytesReceived: 4, updates: 5, duplicates: 6,
      staleness: [7, 8])),
  .failed(exitCode: -1, reason: "außer Betrieb"),
  .welcome(
    Welcome(
      job: JobID(1), membership: MembershipEpoch(2), index: 3, workers: 4, servers: 5,
      size: ProblemSize(users: 6, items: 7, trainingInteractions: 8, coldItems: 3, features: 9), restores: true,
      isBackup: true, plan: [123, 125])),
  .connect(serverEndpoints: ["tcp://127.0.0.1:1", "ipc:///x"]),
  .train(
    epoch: Epoch(1), step: Step(2), until: Step(3), positions: [ShardPosition(shard: ShardID(4), position: 5)]),
  .pause, .settle(endedEpoch: Epoch(9)), .settled, .evaluate(.validation), .finish, .abort(reason: "why"),
  .regroup(reason: "worker 1 is lost"), .alive, .askStatus, .status([123, 125]), .arranged, .leaderGone,
  .replaceServer(ServerID(258), endpoint: "ipc:///y"), .follow(serverEndpoint: "ipc:///y"), .goAlone, .takeOver,
]

private func decoded(_ bytes: [UInt8]) throws(WireError) -> ControlMessage {
  var reader = unsafe FrameReader(bytes.span.bytes)
  guard try FrameMark.read(&reader) == .control else { throw WireError("kind", "is not control") }
  return try ControlMessage(from: &reader)
}

@Suite struct ControlMessageTests {
  @Test(arguments: examples) func survivesTheWire(_ message: ControlMessage) throws {
    #expect(try decoded(message.encoded()) == message)
  }

  @Test(arguments: examples) func truncationIsNamed(_ message: ControlMessage) {
    let bytes = message.encoded()
    for length in 0..<bytes.count {
      #expect(throws: WireError.self, "cut to \(length) of \(bytes.count)") { try decoded(Array(bytes.prefix(length))) }
    }
  }

  @Test(arguments: examples) func anyChangedByteIsAValueOrANamedError(_ message: ControlMessage) {
    let bytes = message.encoded()
    for index in bytes.indices {
      for flip: UInt8 in [1, 0x80, 0xff] {
        var changed = bytes
        changed[index] ^= flip
        do throws(WireError) {
          #expect(try decoded(changed) != message || index >= 5 && index < 8)
        } catch {
          #expect(!error.field.isEmpty)
        }
      }
    }
  }

  @Test func trailingBytesAreRefused() {
    #expect(throws: WireError("frame", "has 1 bytes too many")) { try decoded(ControlMessage.pause.encoded() + [0]) }
  }

  /// Sums over such numbers used to overflow where they were added up.
  @Test(
    arguments: [
      .progress(Progress(epoch: Epoch(1), step: Step(1), samples: 1 << 50 + 1, loss: 0, optimizerStep: 0)),
      .evaluated(RankCounts(counts: [3, 2], cases: 4)), .evaluated(RankCounts(counts: [.max, .max], cases: 1 << 40)),
      .evaluated(RankCounts(counts: [], cases: .max)), .farewell(Account(cpuSeconds: .nan)),
      .farewell(Account(cpuSeconds: -1)), .farewell(Account(bytesSent: .max)), .farewell(Account(updates: 1 << 63)),
      .farewell(Account(staleness: [.max])),
      .welcome(
        Welcome(
          job: JobID(1), membership: MembershipEpoch(2), index: 0, workers: 1, servers: 1,
          size: ProblemSize(users: 6, items: 7, trainingInteractions: .max), restores: false, plan: [])),
    ] as [ControlMessage])
  func refusesNumbersThatNobodyCanHaveCounted(_ message: ControlMessage) {
    #expect(throws: WireError.self) { try decoded(message.encoded()) }
  }

  /// The bytes of version 1: whoever changes them must change the version.
  @Test func goldenBytes() {
    #expect(ControlMessage.evaluate(.validation).encoded() == [0x4e, 0x43, 0x46, 1, 5, 0, 0, 0, 13, 1])
    #expect(
      ControlMessage.train(epoch: Epoch(1), step: Step(2), until: Step(258), positions: []).encoded()
        == [0x4e, 0x43, 0x46, 1, 5, 0, 0, 0, 11, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0])
  }
}
