import CoordinatorCore
import ModelStore
import ParamServerCore
import Plan
import Simulation
import Wire

/// Compares a checkpoint with what was seen of the membership that wrote it.
struct CutInspection {
  private let checkpoint: Checkpoint
  private let position: JobPosition
  private let membership: Ledger.Membership
  private let job: SimulatedJob
  private let placement: Placement

  init(_ checkpoint: Checkpoint, of membership: Ledger.Membership, in job: SimulatedJob) {
    self.checkpoint = checkpoint
    position = JobPosition(checkpoint)
    self.membership = membership
    self.job = job
    placement = membership.servers.values.first?.configuration.placement ?? Placement(workers: 1, servers: 1)
  }

  /// No update is lost, and none is on a server that was not pushed.
  func everyUpdateIsApplied() throws {
    for server in 0..<placement.servers {
      let applied = membership.servers[server]?.applied ?? []
      guard applied == membership.computed else {
        let missing = membership.computed.subtracting(applied)
        throw SimulationFailure("a cut is taken, and server \(server) has not applied \(missing)")
      }
    }
    let steps = job.plan.consistency == .bsp ? Set(membership.computed.map(\.place)).count : membership.computed.count
    let expected = (membership.base?.position.optimizerStep ?? 0) + UInt64(steps)
    guard position.optimizerStep == expected else {
      throw SimulationFailure(
        "a cut says that it follows \(position.optimizerStep) updates, and it follows \(expected)")
    }
  }

  /// The cut has every user's row as its worker trained it.
  func everyUserIsWrittenBack() throws {
    for worker in 0..<placement.workers {
      guard let rows = membership.settled[worker] else {
        throw SimulationFailure("a cut is taken, and worker \(worker) has not settled")
      }
      for (row, record) in rows {
        let server = placement.server(of: row)
        let place = placement.localIndex(of: row)
        let stored = checkpoint.records(
          of: .user, on: ServerID(server), under: placement, places: place..<place + 1)
        guard stored == record else { throw SimulationFailure("a cut has not the last row of user \(row)") }
      }
    }
  }

  /// The epochs that are through are trained whole, and the one that is not as far as the cut says.
  func everyPositiveIsTrainedOnce() throws {
    let map = job.shardMap
    for epoch in stride(from: 1, through: position.completedEpochs, by: 1) {
      guard membership.trained.isWhole(0..<map.count, in: epoch) else {
        throw SimulationFailure("a cut says that epoch \(epoch) is over, and not all of it is trained")
      }
    }
    var expected = position.positions.map(Int.init)
    if job.plan.consistency == .bsp || expected.isEmpty {
      let schedule = BatchSchedule(interactions: map.interactions, perStep: job.plan.positivesPerStep)
      expected = schedule.positions(before: Step(job.plan.consistency == .bsp ? position.step : 0))
    }
    for shard in 0..<map.count {
      let reach = membership.trained.reach(of: shard, in: position.completedEpochs + 1)
      guard reach == expected[shard] else {
        let place = reach.map(String.init) ?? "no place"
        throw SimulationFailure("a cut says that shard \(shard) is at \(expected[shard]), and it is at \(place)")
      }
    }
  }

  /// In `bsp` the bits are those of the undisturbed training.
  func bitsAreThose(of reference: Reference?) throws {
    // Before the first step there is nothing to compare with; what comes of such a cut is compared later.
    guard let reference, position.step == 0, position.completedEpochs > 0 else { return }
    let expected = reference.records(after: position.completedEpochs)
    guard expected == Reference.records(of: checkpoint) else {
      throw SimulationFailure(
        "after epoch \(position.completedEpochs) the bits are not those of the undisturbed training")
    }
  }

  /// Without a barrier the items and dense weights are those of a fresh server that is given the same pushes in the
  /// same order, each once.
  func rowsAreThoseOfAReplay() throws {
    for server in 0..<placement.servers {
      guard let record = membership.servers[server] else {
        throw SimulationFailure("a cut is taken, and server \(server) was never there")
      }
      var twin = ParameterShard(record.configuration)
      if let base = membership.base { try restore(&twin, from: base.checkpoint, server) }
      for deed in record.deeds {
        switch deed {
        case .applied(let push): try give(&twin, membership.sent[server]?[push] ?? [])
        case .awaited(let frame): try give(&twin, frame)
        }
      }
      for table in [CheckpointTable.item, .dense] {
        let rows = rowCount(of: table, on: server)
        let stored = checkpoint.records(of: table, on: ServerID(server), under: placement, places: 0..<rows)
        guard dump(&twin, table, rows, record.configuration.job) == stored else {
          throw SimulationFailure(
            "server \(server)'s \(table.rawValue) rows are not those of its pushes in their order")
        }
      }
    }
  }

  // MARK: a server that is given what another was

  private func give(_ twin: inout ParameterShard, _ frame: [UInt8]) throws {
    var directives: [ServerDirective] = []
    // Safety: bytes have no padding.
    try twin.receive(unsafe frame.span.bytes, from: Peer(0), directives: &directives)
  }

  private func restore(_ twin: inout ParameterShard, from checkpoint: Checkpoint, _ server: Int) throws {
    for table in [CheckpointTable.item, .dense] {
      let rows = rowCount(of: table, on: server)
      let records = checkpoint.records(of: table, on: ServerID(server), under: placement, places: 0..<rows)
      let request = BulkRequest(
        job: twin.configuration.job, token: 0, action: .writeRecords, table: table.stored, first: 0, count: rows,
        optimizerStep: checkpoint.header.optimizerStep)
      try give(
        &twin,
        framed(BulkRequest.headerByteCount + records.count) { writer in
          request.write(into: &writer)
          // Safety: bytes have no padding.
          unsafe writer.bytes(records.span.bytes)
        })
    }
  }

  private func dump(_ twin: inout ParameterShard, _ table: CheckpointTable, _ rows: Int, _ job: JobID) -> [UInt8] {
    let request = BulkRequest(
      job: job, token: 0, action: .readRecords, table: table.stored, first: 0, count: rows)
    let width = table == .dense ? twin.configuration.denseWidth : checkpoint.header.width(of: table)
    let byteCount = BulkRequest.headerByteCount + rows * checkpoint.header.recordByteCount(ofDenseSlice: width)
    let frame = framed(byteCount) { writer in twin.writeBulkReply(request, into: &writer) }
    return Array(frame.dropFirst(BulkRequest.headerByteCount))
  }

  private func rowCount(of table: CheckpointTable, on server: Int) -> Int {
    switch table {
    case .user, .item: placement.rowCount(of: checkpoint.header.rowCount(of: table), on: ServerID(server))
    case .dense: 1
    }
  }
}

extension ServerConfiguration {
  fileprivate var denseWidth: Int { placement.denseRange(of: plan.shape.denseCount, on: server).count }
}

extension Ledger.Push {
  /// Which step it belongs to.
  fileprivate var place: [UInt32] { [epoch, step] }
}
