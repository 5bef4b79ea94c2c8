import ParamServerCore
import Plan
import Wire
import WorkerCore

/// Workers and a server in one thread: their frames pass through memory, and are kept on request.
final class MemoryCluster {
  /// What a worker sent in a step.
  struct StepFrame {
    let worker: Int
    let bytes: [UInt8]
  }

  private let plan: TrainingPlan
  private let stepsPerEpoch: Int
  private var shard: ParameterShard
  private let workers: [Worker]
  /// The frames of the steps, in the order in which the server saw them.
  private(set) var stepFrames: [StepFrame] = []
  private var keepsFrames = false

  private final class Worker {
    var trainer: ShardTrainer
    init(_ configuration: WorkerConfiguration) { trainer = ShardTrainer(configuration) }
  }

  /// All join and fetch their users.
  init(_ plan: TrainingPlan, _ data: TrainingData) throws {
    self.plan = plan
    stepsPerEpoch = plan.stepsPerEpoch(of: data.size)
    shard = ParameterShard(data.serverConfiguration(plan))
    workers = (0..<plan.cluster.workers).map { Worker(data.configuration(plan, worker: $0)) }
    for index in workers.indices {
      var directives: [WorkerDirective] = []
      try workers[index].trainer.connected(directives: &directives)
      try carryOut(directives, of: index)
    }
  }

  /// Trains an epoch, or its first steps; whoever may compute takes its turn.
  @discardableResult
  func train(epoch: Int, steps: Int = .max, keepingFrames: Bool = false) throws -> EpochResult {
    let began = ContinuousClock.now
    keepsFrames = keepingFrames
    stepFrames = []
    for index in workers.indices {
      var directives: [WorkerDirective] = []
      try workers[index].trainer.trainingOrdered(
        epoch: Epoch(epoch), step: Step(0), until: Step(min(steps, stepsPerEpoch)), positions: [],
        directives: &directives)
      try carryOut(directives, of: index)
    }
    var left = steps
    while left > 0, workers.contains(where: { $0.trainer.canCompute }) {
      for index in workers.indices where workers[index].trainer.canCompute {
        var directives: [WorkerDirective] = []
        workers[index].trainer.computeStep(directives: &directives)
        try carryOut(directives, of: index)
      }
      left -= 1
    }
    let samples = workers.reduce(0) { $0 + Int($1.trainer.samples) }
    let loss = workers.reduce(0) { $0 + Double($1.trainer.loss) } * Progress.lossUnit
    return EpochResult(
      samples: samples, seconds: (ContinuousClock.now - began).inSeconds, loss: loss / Double(samples))
  }

  private func carryOut(_ directives: [WorkerDirective], of index: Int) throws {
    let worker = workers[index]
    let server = ServerID(0)
    for directive in directives {
      switch directive {
      case .sendRequests:
        let frame = framed(worker.trainer.requestByteCount(for: server)) { writer in
          worker.trainer.writeRequest(for: server, into: &writer)
        }
        worker.trainer.requestsSent()
        if keepsFrames { stepFrames.append(StepFrame(worker: index, bytes: frame)) }
        try serve(frame, from: index)
      case .sendBulk(_, let request):
        let frame = framed(worker.trainer.byteCount(of: request)) { writer in
          worker.trainer.writeBulk(request, for: server, into: &writer)
        }
        try serve(frame, from: index)
      case .loaded, .paused, .orderDone, .settled, .canRank: break
      }
    }
  }

  private func serve(_ frame: [UInt8], from index: Int) throws {
    var directives: [ServerDirective] = []
    // Safety: bytes have no padding.
    try shard.receive(unsafe frame.span.bytes, from: Peer(index), directives: &directives)
    for directive in directives {
      switch directive {
      case .reply(_, let worker, let byteCount):
        let reply = framed(byteCount) { writer in shard.writeReply(for: worker, into: &writer) }
        try hand(reply, to: Int(worker.rawValue))
      case .bulkReply(let peer, let request, let byteCount):
        let reply = framed(byteCount) { writer in shard.writeBulkReply(request, into: &writer) }
        try hand(reply, to: Int(peer.rawValue))
      case .passOver(_, let job, let membership):
        throw WireError("frame", "belongs to job \(job), membership \(membership)")
      case .refuse(_, let reason): throw WireError("frame", "is refused: \(reason)")
      }
    }
  }

  private func hand(_ reply: [UInt8], to index: Int) throws {
    var directives: [WorkerDirective] = []
    // Safety: bytes have no padding.
    try workers[index].trainer.receive(unsafe reply.span.bytes, from: ServerID(0), directives: &directives)
    try carryOut(directives, of: index)
  }

  private func framed(_ byteCount: Int, _ write: (inout FrameWriter) -> Void) -> [UInt8] {
    // Safety: the writer fills the memory from its beginning, and says how far it came.
    unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { memory, count in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
      write(&writer)
      count = writer.byteCount
    }
  }
}
