import Plan
import Wire

/// One frame of each kind, and one control message of each.
enum FrameSeeds {
  static var inputs: [[UInt8]] { messages.map { $0.encoded() } + lanes + backups + steps + bulk }

  private static let messages: [ControlMessage] = [
    .hello(Hello(role: .server, process: 2, place: 1, incarnation: 1, endpoint: "ipc:///x", dataFingerprint: "d")),
    .ready,
    .progress(Progress(epoch: Epoch(3), step: Step(4), samples: 5, loss: -6, optimizerStep: 7)),
    .epochFinished(
      Progress(epoch: Epoch(1), step: Step(2), samples: 1 << 50, loss: .min, optimizerStep: 9),
      positions: [ShardPosition(shard: ShardID(3), position: 4)]),
    .paused(
      Progress(epoch: Epoch(1), step: Step(2), samples: 3, loss: 4, optimizerStep: 5),
      positions: [ShardPosition(shard: ShardID(1), position: 2)]),
    .evaluated(RankCounts(counts: [1, 2, 3], cases: 9)),
    .measured(
      RatingErrors(minimum: 0.5, width: 4.5, cases: 3, absolute: 4, squared: 5, ratings: -6, ratingSquares: .max)),
    .farewell(Account(cpuSeconds: 1.5, peakResidentBytes: 2, staleness: [7, 8])),
    .failed(exitCode: -1, reason: "außer Betrieb"),
    .welcome(
      Welcome(
        job: JobID(1), membership: MembershipEpoch(2), index: 3, workers: 4, servers: 5,
        size: ProblemSize(users: 6, items: 7, trainingInteractions: 8), restores: true, plan: [123, 125])),
    .connect(serverEndpoints: ["tcp://127.0.0.1:1", "ipc:///x"]),
    .train(
      epoch: Epoch(1), step: Step(2), until: Step(3), positions: [ShardPosition(shard: ShardID(4), position: 5)]),
    .pause, .settle(endedEpoch: Epoch(9)), .settled, .evaluate(.validation), .finish, .abort(reason: "why"), .alive,
    .askStatus,
    .status([123, 125]),
    .regroup(reason: "lost"), .arranged, .leaderGone, .replaceServer(ServerID(1), endpoint: "ipc:///y"),
    .follow(serverEndpoint: "ipc:///y"), .goAlone, .takeOver,
  ]

  private static var lanes: [[UInt8]] {
    let frames: [LaneFrame] = [
      .offer(process: 1, descriptor: 3, byteCount: 4096, token: 9), .acceptance(token: 9),
    ]
    return frames.map { frame in ServerFeed.write(frame.byteCount) { frame.write(into: &$0) } }
  }

  private static var backups: [[UInt8]] {
    let frames: [BackupFrame] = [
      .begin(job: HostileJob.job, membership: HostileJob.membership, server: ServerID(0)), .receipt(count: 2),
      .lane(1, .offer(process: 1, descriptor: 3, byteCount: 4096, token: 9)), .lane(1, .notice(sequence: 1)),
    ]
    return frames.map { frame in ServerFeed.write(frame.byteCount) { frame.write(into: &$0) } }
  }

  private static var steps: [[UInt8]] {
    let request = StepRequest(
      job: HostileJob.job, membership: HostileJob.membership, worker: WorkerID(1), epoch: Epoch(1), step: Step(2),
      contributions: 1, wantedRows: 2, wantsRows: true, pushes: true)
    let reply = StepReply(
      job: HostileJob.job, membership: HostileJob.membership, server: ServerID(0), epoch: Epoch(1), step: Step(3),
      optimizerStep: 4, staleness: 1, rows: 1, dense: 2)
    return [
      ServerFeed.write(request.byteCount(itemRows: 1, width: 3, dense: 3, wire: .fp32)) { writer in
        request.write(into: &writer)
        StepRequest.writeContribution(ReductionTree.Node(level: 1, index: 1), rows: 1, into: &writer)
        writer.rows([5].span)
        writer.floats([1, 2, 3, 4, 5, 6].span)
        writer.rows([7, 9].span)
      },
      ServerFeed.write(reply.byteCount(width: 3, wire: .fp32)) { writer in
        reply.write(into: &writer)
        writer.floats([1, 2, 3, 4, 5].span)
      },
    ]
  }

  private static var bulk: [[UInt8]] {
    let request = BulkRequest(
      job: HostileJob.job, token: 1, action: .readRecords, table: .item, first: 0, count: 2, optimizerStep: 3)
    let reason = "epoch 1 is over"
    return [
      ServerFeed.write(BulkRequest.headerByteCount) { request.write(into: &$0) },
      ServerFeed.write(BulkRequest.headerByteCount) { request.writeReply(into: &$0) },
      ServerFeed.write(Refusal.byteCount(reason)) { Refusal.write(reason, into: &$0) },
    ]
  }
}
