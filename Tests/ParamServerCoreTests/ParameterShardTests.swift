import ParamServerCore
import Plan
import Testing
import Wire

/// A server of three workers; requests carry no gradients, since only the protocol is at stake.
private struct Desk: ~Copyable {
  var shard: ParameterShard
  var directives: [ServerDirective] = []

  init(_ consistency: Consistency, servers: Int = 1, server: Int = 0, wire: WireFormat = .fp32) {
    var plan = TrainingPlan()
    plan.model = .mf
    plan.factors = 3
    plan.shards = 3
    plan.consistency = consistency
    plan.wire = wire
    shard = ParameterShard(
      ServerConfiguration(
        job: JobID(1), membership: MembershipEpoch(1), server: ServerID(server), plan: plan,
        size: ProblemSize(users: 5, items: 4, trainingInteractions: 10),
        placement: Placement(workers: 3, servers: servers), restores: false))
  }

  /// The frame of a step: the worker's shard contributes nothing to any row.
  static func frame(
    worker: Int, step: Int, pushes: Bool = true, wantsRows: Bool = true, epoch: Int = 1, job: UInt64 = 1,
    membership: UInt32 = 1, node: ReductionTree.Node? = nil
  ) -> [UInt8] {
    let request = StepRequest(
      job: JobID(job), membership: MembershipEpoch(membership), worker: WorkerID(worker), epoch: Epoch(epoch),
      step: Step(step), contributions: pushes ? 1 : 0, wantedRows: 1, wantsRows: wantsRows, pushes: pushes)
    return unsafe [UInt8](unsafeUninitializedCapacity: request.byteCount(itemRows: 0, width: 4, dense: 1, wire: .fp32))
    {
      memory, count in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
      request.write(into: &writer)
      if pushes {
        let own = ReductionTree.Node(level: 0, index: UInt16(worker))
        StepRequest.writeContribution(node ?? own, rows: 0, into: &writer)
        writer.floats([0].span)
      }
      writer.rows([2].span)
      count = writer.byteCount
    }
  }

  /// A push of one gradient, that of row 2, which is 1 and three zeros; wants the row back.
  static func frame(wire: WireFormat) -> [UInt8] {
    let request = StepRequest(
      job: JobID(1), membership: MembershipEpoch(1), worker: WorkerID(0), epoch: Epoch(1), step: Step(0),
      contributions: 1, wantedRows: 1, wantsRows: true, pushes: true)
    let gradient: [4 of Float] = [1, 0, 0, 0]
    return unsafe [UInt8](unsafeUninitializedCapacity: request.byteCount(itemRows: 1, width: 4, dense: 1, wire: wire)) {
      memory, count in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
      request.write(into: &writer)
      StepRequest.writeContribution(ReductionTree.Node(level: 2, index: 0), rows: 1, into: &writer)
      writer.rows([2].span)
      switch wire {
      case .fp32: writer.floats(gradient.span)
      case .fp16:
        writer.withHalves(4) { halves in
          for index in 0..<4 { halves[index] = Float16(gradient[index] * TrainingPlan().gradientScale) }
        }
      }
      writer.floats([0].span)
      writer.rows([2].span)
      count = writer.byteCount
    }
  }

  /// The weights of the row in the reply to the first worker.
  mutating func reply(wire: WireFormat) -> [Float] {
    let header = StepReply(
      job: JobID(1), membership: MembershipEpoch(1), server: ServerID(0), epoch: Epoch(1), step: Step(1),
      optimizerStep: 1, staleness: 0, rows: 1, dense: 1)
    let frame = unsafe [UInt8](unsafeUninitializedCapacity: header.byteCount(width: 4, wire: wire)) { memory, count in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
      shard.writeReply(for: WorkerID(0), into: &writer)
      count = writer.byteCount
    }
    let rows = unsafe frame.span.bytes.extracting(StepReply.headerByteCount + 4..<frame.count)
    return (0..<4).map { index in
      switch wire {
      case .fp32: unsafe rows.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Float.self)
      case .fp16: Float(unsafe rows.unsafeLoadUnaligned(fromByteOffset: 2 * index, as: Float16.self))
      }
    }
  }

  /// Whom the server answers when the frame arrives.
  mutating func answered(_ frame: [UInt8], from worker: Int = 0) throws(WireError) -> [Int] {
    directives = []
    try shard.receive(unsafe frame.span.bytes, from: Peer(worker), directives: &directives)
    return directives.compactMap { if case .reply(_, let worker, _) = $0 { Int(worker.rawValue) } else { nil } }
  }

  var passedOver: Int { directives.count { if case .passOver = $0 { true } else { false } } }

  var refusal: String? {
    for case .refuse(_, let reason) in directives { return reason }
    return nil
  }
}

@Suite struct ParameterShardTests {
  @Test func synchronousStepAnswersEveryoneWhenTheLastHasPushed() throws {
    var desk = Desk(.bsp)
    for worker in 0..<3 {
      let answered = try desk.answered(Desk.frame(worker: worker, step: 0, pushes: false))
      #expect(answered == [worker])
    }
    #expect(try desk.answered(Desk.frame(worker: 2, step: 0)) == [])
    #expect(try desk.answered(Desk.frame(worker: 0, step: 0)) == [])
    #expect(try desk.answered(Desk.frame(worker: 1, step: 0)) == [0, 1, 2])
    let step = desk.shard.optimizerStep
    #expect(step == 1)
  }

  @Test func boundedStalenessHoldsTheFastWorkerBack() throws {
    var desk = Desk(.ssp(1))
    for worker in 0..<3 { _ = try desk.answered(Desk.frame(worker: worker, step: 0, pushes: false)) }
    #expect(try desk.answered(Desk.frame(worker: 0, step: 0)) == [0])
    #expect(try desk.answered(Desk.frame(worker: 0, step: 1)) == [])
    #expect(try desk.answered(Desk.frame(worker: 1, step: 0)) == [1])
    #expect(try desk.answered(Desk.frame(worker: 2, step: 0)) == [0, 2])
  }

  @Test func finishedWorkerHoldsNobodyBack() throws {
    var desk = Desk(.ssp(1))
    for worker in 0..<3 { _ = try desk.answered(Desk.frame(worker: worker, step: 0, pushes: false)) }
    for worker in 1..<3 {
      #expect(try desk.answered(Desk.frame(worker: worker, step: 0, wantsRows: false)) == [worker])
    }
    for step in 0..<5 { #expect(try desk.answered(Desk.frame(worker: 0, step: step)) == [0]) }
  }

  @Test func asynchronousPushIsAnsweredAtOnce() throws {
    var desk = Desk(.async)
    for step in 0..<5 { #expect(try desk.answered(Desk.frame(worker: 0, step: step)) == [0]) }
    let step = desk.shard.optimizerStep
    #expect(step == 5)
  }

  @Test(arguments: [Consistency.bsp, .async]) func repeatedPushIsCountedAndNotApplied(_ consistency: Consistency) throws
  {
    var desk = Desk(consistency)
    for worker in 0..<3 { _ = try desk.answered(Desk.frame(worker: worker, step: 0)) }
    let before = desk.shard.optimizerStep
    // Whoever repeats its last one has not heard the answer.
    #expect(try desk.answered(Desk.frame(worker: 1, step: 0)) == [1])
    let (after, applied, duplicates) = (desk.shard.optimizerStep, desk.shard.applied, desk.shard.duplicates)
    #expect(before == after && applied == 3 && duplicates == 1)
  }

  /// A backup that has taken over answers a push that its server had applied, or not yet answered, with the rows that
  /// the lost answer had.
  @Test func repeatedPushIsAnsweredWhereItWasAskedLast() throws {
    var desk = Desk(.bsp)
    for worker in 0..<3 { _ = try desk.answered(Desk.frame(worker: worker, step: 0, pushes: false)) }
    _ = try desk.answered(Desk.frame(worker: 0, step: 0))
    // Asked again from elsewhere, before the step is complete.
    let again = Desk.frame(worker: 0, step: 0)
    try desk.shard.receive(unsafe again.span.bytes, from: Peer(7), directives: &desk.directives)
    _ = try desk.answered(Desk.frame(worker: 1, step: 0), from: 1)
    #expect(try desk.answered(Desk.frame(worker: 2, step: 0), from: 2) == [0, 1, 2])
    var peers = desk.directives.map(\.peer)
    #expect(peers == [Peer(7), Peer(1), Peer(2)])
    let lost = desk.reply(wire: .fp32)
    // The others go on; nothing changes until the one who has heard nothing has pushed, too.
    _ = try desk.answered(Desk.frame(worker: 1, step: 1))
    _ = try desk.answered(Desk.frame(worker: 2, step: 1))
    desk.directives = []
    try desk.shard.receive(unsafe again.span.bytes, from: Peer(8), directives: &desk.directives)
    peers = desk.directives.map(\.peer)
    #expect(peers == [Peer(8)])
    let answer = desk.reply(wire: .fp32)
    let (step, duplicates) = (desk.shard.optimizerStep, desk.shard.duplicates)
    #expect(answer == lost && step == 1 && duplicates == 2)
    // One from long ago is nobody's last word.
    #expect(try desk.answered(Desk.frame(worker: 0, step: 1)) == [0, 1, 2])
    #expect(try desk.answered(again) == [])
  }

  @Test func strangersAreRefusedByName() throws {
    var desk = Desk(.bsp)
    _ = try desk.answered(Desk.frame(worker: 3, step: 0))
    var refusal = desk.refusal
    #expect(refusal == "there are 3 workers, and worker 3 is none of them")
    _ = try desk.answered(Desk.frame(worker: 0, step: 0, pushes: false))
    _ = try desk.answered(Desk.frame(worker: 0, step: 1))
    refusal = desk.refusal
    #expect(refusal == "step 1 is pushed while step 0 is being collected")
  }

  /// A frame that was late, or sent by someone who has not heard yet that everyone went back to the last cut.
  @Test(arguments: [(JobID(2), MembershipEpoch(1)), (JobID(1), MembershipEpoch(0))])
  func frameOfAnotherMembershipIsPassedOver(_ job: JobID, _ membership: MembershipEpoch) throws {
    var desk = Desk(.bsp)
    let frame = Desk.frame(worker: 0, step: 0, job: job.rawValue, membership: membership.rawValue)
    let directives = try desk.answered(frame)
    #expect(directives == [] && desk.passedOver == 1 && desk.refusal == nil)
  }

  @Test func damagedFrameChangesNothing() throws {
    var desk = Desk(.async)
    let good = Desk.frame(worker: 0, step: 0)
    for length in 0..<good.count {
      #expect(throws: WireError.self) { try desk.answered(Array(good.prefix(length))) }
    }
    let applied = desk.shard.applied
    #expect(applied == 0)
    #expect(try desk.answered(good) == [0])
  }

  /// The server keeps floats; what comes and goes is rounded.
  @Test func halvesMeanWhatFloatsMean() throws {
    var floats = Desk(.async)
    #expect(try floats.answered(Desk.frame(wire: .fp32)) == [0])
    var halves = Desk(.async, wire: .fp16)
    #expect(try halves.answered(Desk.frame(wire: .fp16)) == [0])
    let (weights, rounded) = (floats.reply(wire: .fp32), halves.reply(wire: .fp16))
    #expect(rounded == weights.map { Float(Float16($0)) } && rounded != weights)
  }

  @Test(arguments: WireFormat.allCases) func pushInTheOtherFormatChangesNothing(_ wire: WireFormat) {
    var desk = Desk(.async, wire: wire)
    #expect(throws: WireError.self) { try desk.answered(Desk.frame(wire: wire == .fp16 ? .fp32 : .fp16)) }
    let applied = desk.shard.applied
    #expect(applied == 0)
  }

  /// A row's initial weights do not depend on how many servers there are.
  @Test func initialWeightsDoNotDependOnPlacement() throws {
    func weights(servers: Int, server: Int, place: Int) -> [UInt8] {
      var desk = Desk(.bsp, servers: servers, server: server)
      let request = BulkRequest(job: JobID(1), token: 0, action: .readWeights, table: .item, first: place, count: 1)
      let frame = unsafe [UInt8](unsafeUninitializedCapacity: BulkRequest.headerByteCount + 16) { memory, count in
        var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
        desk.shard.writeBulkReply(request, into: &writer)
        count = writer.byteCount
      }
      return Array(frame.dropFirst(BulkRequest.headerByteCount))
    }
    #expect(weights(servers: 1, server: 0, place: 3) == weights(servers: 2, server: 1, place: 1))
    #expect(weights(servers: 1, server: 0, place: 3) != weights(servers: 1, server: 0, place: 2))
  }

  @Test func bulkBeyondTheTableIsRefused() {
    var desk = Desk(.bsp)
    let request = BulkRequest(
      job: JobID(1), token: 0, action: .readWeights, table: .item, first: 3, count: Int(UInt32.max))
    let frame = unsafe [UInt8](unsafeUninitializedCapacity: BulkRequest.headerByteCount) { memory, count in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
      request.write(into: &writer)
      count = writer.byteCount
    }
    #expect(throws: WireError.self) { try desk.answered(frame) }
  }

  /// A shard that contributed twice to a step used to stop the server when the step was complete.
  @Test func aShardContributesOnce() throws {
    var desk = Desk(.bsp)
    for worker in 0..<3 { _ = try desk.answered(Desk.frame(worker: worker, step: 0, pushes: false)) }
    #expect(try desk.answered(Desk.frame(worker: 0, step: 0)) == [])
    for node in [ReductionTree.Node(level: 0, index: 0), .init(level: 1, index: 0), .init(level: 2, index: 0)] {
      #expect(throws: WireError.self) { try desk.answered(Desk.frame(worker: 1, step: 0, node: node)) }
    }
    for node in [ReductionTree.Node(level: 0, index: 3), .init(level: 16, index: 0), .init(level: 3, index: 9)] {
      #expect(throws: WireError.self) { try desk.answered(Desk.frame(worker: 1, step: 0, node: node)) }
    }
    #expect(try desk.answered(Desk.frame(worker: 0, step: 0)) == [])
    let duplicates = desk.shard.duplicates
    #expect(duplicates == 1)
    #expect(try desk.answered(Desk.frame(worker: 1, step: 0)) == [])
    #expect(try desk.answered(Desk.frame(worker: 2, step: 0)) == [0, 1, 2])
  }

  /// An epoch that began in the middle of a step used to stop the server, and epoch 0 to stop it at the next average.
  @Test(arguments: [Consistency.bsp, .async]) func epochsBeginInTheirPlace(_ consistency: Consistency) throws {
    var desk = Desk(consistency)
    _ = try desk.answered(Desk.frame(worker: 0, step: 0, epoch: 0))
    var refusal = desk.refusal
    #expect(refusal == "there is no epoch 0")
    guard consistency == .bsp else { return }
    _ = try desk.answered(Desk.frame(worker: 0, step: 0, pushes: false))
    _ = try desk.answered(Desk.frame(worker: 0, step: 0))
    _ = try desk.answered(Desk.frame(worker: 1, step: 0, epoch: 2))
    refusal = desk.refusal
    #expect(refusal == "epoch 2 begins while step 0 of epoch 1 is being collected")
  }

  /// Those who wait used to be kept without a limit.
  @Test func theQueueOfThoseWhoWaitIsLimited() throws {
    var desk = Desk(.bsp)
    let request = BulkRequest(
      job: JobID(1), token: 0, action: .awaitStep, table: .item, first: 0, count: 0, optimizerStep: 9)
    let frame = unsafe [UInt8](unsafeUninitializedCapacity: BulkRequest.headerByteCount) { memory, count in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
      request.write(into: &writer)
      count = writer.byteCount
    }
    for _ in 0..<64 {
      _ = try desk.answered(frame)
      let refusal = desk.refusal
      #expect(refusal == nil)
    }
    _ = try desk.answered(frame)
    let refusal = desk.refusal
    #expect(refusal == "64 others wait for a step already")
  }
}
