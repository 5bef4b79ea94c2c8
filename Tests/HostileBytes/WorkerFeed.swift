import Plan
import Ranking
import Wire
import WorkerCore

/// Sends a worker frames of its server, and of the coordinator; an input is the choice of a plan and frames, each
/// behind its sender's number.
enum WorkerFeed {
  static let coordinator: UInt8 = 0x10
  // Limit: steps that one frame sets off; more would be more of the same.
  private static let stepLimit = 8

  static func feed(_ bytes: RawSpan) -> Verdict {
    guard bytes.byteCount > 0 else { return .refused("nothing") }
    // Safety: any bits are a byte.
    var worker = HostileWorker(HostileJob(variant: unsafe bytes.unsafeLoad(as: UInt8.self)), index: 1)
    var verdict = Verdict.value
    for part in Parts(bytes.extracting(droppingFirst: 1)).parts {
      do throws(WireError) {
        // Safety: bytes have no padding.
        let frame = unsafe part.bytes.span.bytes
        if part.tag == coordinator {
          try worker.obey(frame)
        } else {
          try worker.receive(frame)
        }
        for _ in 0..<stepLimit where worker.trainer.canCompute { worker.computeStep() }
      } catch {
        verdict = .refused(error.description)
      }
      _ = worker.carryOut()
    }
    return verdict
  }
}

/// A worker's Core with a Loop that has no sockets.
struct HostileWorker: ~Copyable {
  var trainer: ShardTrainer
  private let job: HostileJob
  private var directives: [WorkerDirective] = []

  init(_ job: HostileJob, index: Int) {
    self.job = job
    trainer = ShardTrainer(job.worker(index))
  }

  mutating func receive(_ frame: RawSpan) throws(WireError) {
    try trainer.receive(frame, from: ServerID(0), directives: &directives)
  }

  mutating func computeStep() { trainer.computeStep(directives: &directives) }

  /// As `TrainingLoop` obeys.
  mutating func obey(_ frame: RawSpan) throws(WireError) {
    var reader = FrameReader(frame)
    guard try FrameMark.read(&reader) == .control else { throw WireError("kind", "is not a control message") }
    switch try ControlMessage(from: &reader) {
    case .connect: try trainer.connected(directives: &directives)
    case .replaceServer(let server, _): _ = try trainer.serverReplaced(server)
    case .train(let epoch, let step, let until, let positions):
      try trainer.trainingOrdered(
        epoch: epoch, step: step, until: until, positions: positions, directives: &directives)
      trainer.sampleAhead()
    case .pause: trainer.pauseOrdered(directives: &directives)
    case .settle(let endedEpoch): trainer.settleOrdered(endedEpoch: endedEpoch, directives: &directives)
    case .evaluate: try trainer.evaluationOrdered(directives: &directives)
    case .finish, .abort, .alive, .hello, .ready, .arranged, .leaderGone, .follow, .goAlone, .takeOver, .progress,
      .epochFinished, .paused, .settled, .evaluated, .measured,
      .farewell, .failed, .welcome, .regroup, .askStatus, .status:
      break
    }
  }

  /// What the worker sends to its server, and what it tells the coordinator.
  mutating func carryOut() -> (frames: [[UInt8]], words: [ControlMessage]) {
    var frames: [[UInt8]] = []
    var words: [ControlMessage] = []
    let server = ServerID(0)
    for directive in directives {
      switch directive {
      case .sendRequests:
        let byteCount = trainer.requestByteCount(for: server)
        frames.append(ServerFeed.write(byteCount) { trainer.writeRequest(for: server, into: &$0) })
        trainer.requestsSent()
      case .sendBulk(let server, let request):
        let byteCount = trainer.byteCount(of: request)
        frames.append(ServerFeed.write(byteCount) { trainer.writeBulk(request, for: server, into: &$0) })
      case .loaded: words.append(.ready)
      case .paused: words.append(.paused(trainer.progress, positions: trainer.positions))
      case .orderDone:
        words.append(
          trainer.endsEpoch
            ? .epochFinished(trainer.progress, positions: trainer.positions)
            : .paused(trainer.progress, positions: trainer.positions))
      case .settled: words.append(.settled)
      case .canRank:
        do throws(RankingError) { words.append(.evaluated(try trainer.rank(job.cases))) } catch {
          words.append(.failed(exitCode: 65, reason: "\(error)"))
        }
      }
    }
    directives.removeAll()
    return (frames, words)
  }
}
