import Kernels
package import Plan
import Reduction
import Tables
package import Wire

extension ParameterShard {
  /// A worker pushes its part of a step, wants the rows of the next, or both.
  mutating func stepRequested(
    _ request: StepRequest, _ reader: inout FrameReader, from peer: Peer, directives: inout [ServerDirective]
  ) throws(WireError) {
    if request.job != configuration.job || request.membership != configuration.membership {
      return directives.append(.passOver(peer, job: request.job, request.membership))
    }
    if let reason = reasonToRefuse(request) {
      directives.append(.refuse(peer, reason: reason))
      return
    }
    let seat = seats[Int(request.worker.rawValue)]
    if request.pushes, let clock = seat.clock, isDuplicate(request, of: seat, clock: clock) {
      duplicates += 1
      // The one who asked last waits, wherever it asked first.
      guard request.step == seat.lastPush else { return }
      seat.expectation = .reply(peer)
      return releaseReplies(directives: &directives)
    }
    try readContributions(of: request, &reader)
    try reader.rows("wanted rows", count: request.wantedRows, below: items.rowCount, into: &seat.wanted)
    try reader.finish()
    if request.epoch > epoch { epochBegan(request.epoch, at: request.step) }

    seat.expectation = .reply(peer)
    seat.wantsRows = request.wantsRows
    seat.wantedStep = request.pushes || !request.wantsRows ? request.step.next : request.step
    if request.pushes {
      pushed(by: seat, request)
    } else if !request.wantsRows {
      seat.clock = UInt32.max
    } else if seat.clock == nil {
      seat.clock = 0
    }
    releaseReplies(directives: &directives)
  }

  private func reasonToRefuse(_ request: StepRequest) -> String? {
    guard request.worker.rawValue < configuration.placement.workers else {
      return "there are \(configuration.placement.workers) workers, and worker \(request.worker) is none of them"
    }
    if request.epoch < epoch { return "epoch \(request.epoch) is over; it is \(epoch)" }
    if request.epoch.rawValue == 0 { return "there is no epoch 0" }
    if request.epoch > epoch, !arrived.isEmpty {
      return "epoch \(request.epoch) begins while step \(collecting) of epoch \(epoch) is being collected"
    }
    if configuration.plan.consistency == .bsp, request.epoch == epoch, request.step > collecting {
      return "step \(request.step) is pushed while step \(collecting) is being collected"
    }
    return nil
  }

  private func isDuplicate(_ request: StepRequest, of seat: WorkerSeat, clock: UInt32) -> Bool {
    request.epoch == epoch
      && (configuration.plan.consistency == .bsp
        ? request.step < collecting || request.step == seat.lastPush : request.step.rawValue < clock)
  }

  private mutating func epochBegan(_ newEpoch: Epoch, at step: Step) {
    precondition(arrived.isEmpty, "epoch \(newEpoch) began while step \(collecting) of epoch \(epoch) was open")
    epoch = newEpoch
    collecting = step
    pushesOfEpoch = 0
    for seat in seats {
      seat.clock = nil
      seat.lastPush = nil
    }
  }

  /// Reads all contributions before any is kept.
  private mutating func readContributions(of request: StepRequest, _ reader: inout FrameReader) throws(WireError) {
    for entry in contributions { reducer.recycle(entry.gradient) }
    contributions.removeAll(keepingCapacity: true)
    let rowLimit = items.rowCount
    let wire = configuration.plan.gradientWire
    for _ in 0..<request.contributions {
      let (node, count) = try StepRequest.readContribution(from: &reader, rowLimit: rowLimit)
      try checkPlace(of: node)
      let gradient = reducer.blank()
      contributions.append(TreeReducer.Entry(node: node, gradient: gradient))
      let rows = try reader.take(4 * count, "item rows")
      try gradient.setRows { (target: inout [UInt32]) throws(WireError) in
        var rowReader = FrameReader(rows)
        try rowReader.rows("item rows", count: count, below: rowLimit, into: &target)
      }
      let values = try reader.take(count * shape.rowWidth * wire.floatByteCount, "item gradients")
      let slice = try reader.take(4 * configuration.denseRange.count, "dense gradient")
      try gradient.withMutableValues { (rowValues, denseValues) throws(WireError) in
        switch wire {
        case .fp32:
          var valueReader = FrameReader(values)
          try valueReader.floats("item gradients", into: &rowValues)
        case .fp16: widenHalves(values, times: 1 / configuration.plan.gradientScale, into: &rowValues)
        }
        var denseReader = FrameReader(slice)
        try denseReader.floats("dense gradient", into: &denseValues)
      }
    }
  }

  /// In `bsp` every shard contributes once to a step.
  private func checkPlace(of node: ReductionTree.Node) throws(WireError) {
    let shards = node.shards
    guard node.level <= ReductionTree.root(over: reducer.shards).level, shards.lowerBound < reducer.shards else {
      throw WireError("node", "holds the shards \(shards) of \(reducer.shards)")
    }
    guard configuration.plan.consistency == .bsp else { return }
    for entry in arrived where entry.node.shards.overlaps(shards) {
      throw WireError("node", "holds the shards \(shards), some of which have contributed")
    }
    for entry in contributions where entry.node.shards.overlaps(shards) {
      throw WireError("node", "holds the shards \(shards), some of them a second time")
    }
  }

  private mutating func pushed(by seat: WorkerSeat, _ request: StepRequest) {
    seat.lastPush = request.step
    seat.clock = request.wantsRows ? request.step.rawValue + 1 : UInt32.max
    switch configuration.plan.consistency {
    case .bsp:
      for entry in contributions {
        arrived.append(entry)
        arrivedShards += entry.node.shards.clamped(to: 0..<reducer.shards).count
      }
      if arrivedShards == reducer.shards { completeStep() }
    case .ssp, .async:
      optimizerStep += 1
      for entry in contributions {
        applySum(entry.gradient)
        reducer.recycle(entry.gradient)
      }
      averageAfter(Step(rawValue: pushesOfEpoch))
      pushesOfEpoch += 1
    }
    contributions.removeAll(keepingCapacity: true)
    applied += 1
  }

  /// All shards have contributed: add them along the tree, and take the optimizer step.
  private mutating func completeStep() {
    arrived.sort { $0.node.shards.lowerBound < $1.node.shards.lowerBound }
    for entry in arrived { reducer.add(entry.gradient, at: entry.node) }
    arrived.removeAll(keepingCapacity: true)
    arrivedShards = 0
    precondition(reducer.entries.count == 1, "\(reducer.entries.map(\.node)) after all shards contributed")
    optimizerStep += 1
    applySum(reducer.entries[0].gradient)
    averageAfter(collecting)
    reducer.removeAll()
    collecting = collecting.next
  }

  private mutating func averageAfter(_ step: Step) {
    if let point = AveragingPoint(after: step, of: stepsPerEpoch, in: epoch) { average(at: point) }
  }

  var stepsPerEpoch: Int { max(1, configuration.plan.stepsPerEpoch(of: configuration.size)) }

  private mutating func applySum(_ gradient: SparseGradient) {
    let rows = gradient.rows
    Self.apply(rows, gradient, items: &items, dense: &dense, step: optimizerStep)
  }

  private static func apply(
    _ rows: [UInt32], _ gradient: SparseGradient, items: inout RowTable, dense: inout RowTable, step: UInt64
  ) {
    gradient.withValues { values, denseValues in
      items.apply(rows.span, gradients: values, step: step)
      if denseValues.count > 0 { dense.applyRow(0, gradient: denseValues, step: step) }
    }
  }

  // MARK: replies

  /// Replies to every worker whose rows may now be read.
  private mutating func releaseReplies(directives: inout [ServerDirective]) {
    var slowest = UInt32.max
    for seat in seats { slowest = min(slowest, seat.clock ?? 0) }
    for (index, seat) in seats.enumerated() {
      guard case .reply(let peer) = seat.expectation else { continue }
      let step = seat.wantedStep.rawValue
      switch configuration.plan.consistency {
      case .bsp:
        guard seat.wantedStep == collecting else { continue }
        seat.staleness = 0
      case .ssp(let bound):
        seat.staleness = seat.wantsRows && step > slowest ? step - slowest : 0
        guard seat.staleness <= bound else { continue }
      case .async:
        seat.staleness = seat.wantsRows && step > slowest ? step - slowest : 0
      }
      seat.expectation = .nothing
      directives.append(
        .reply(
          to: peer, worker: WorkerID(index),
          byteCount: replyHeader(for: seat).byteCount(width: shape.rowWidth, wire: configuration.plan.wire)))
    }
    releaseAwaiting(directives: &directives)
  }

  private func replyHeader(for seat: WorkerSeat) -> StepReply {
    StepReply(
      job: configuration.job, membership: configuration.membership, server: configuration.server, epoch: epoch,
      step: seat.wantedStep, optimizerStep: optimizerStep, staleness: seat.staleness, rows: seat.wanted.count,
      dense: seat.wantsRows ? configuration.denseRange.count : 0)
  }

  /// Writes the reply that a directive announced, of exactly its size.
  package func writeReply(for worker: WorkerID, into writer: inout FrameWriter) {
    let seat = seats[Int(worker.rawValue)]
    let header = replyHeader(for: seat)
    header.write(into: &writer)
    writer.withFloats(header.dense) { span in dense.readRow(0, after: optimizerStep, into: &span) }
    let wanted = seat.wanted
    let floats = wanted.count * shape.rowWidth
    switch configuration.plan.wire {
    case .fp32: writer.withFloats(floats) { span in items.read(wanted.span, after: optimizerStep, into: &span) }
    case .fp16: writer.withHalves(floats) { span in items.read(wanted.span, after: optimizerStep, into: &span) }
    }
  }
}
