import CoordinatorCore
import ParamServerCore
import Plan
import Tables
import Wire

extension SimulatedCluster {
  /// Takes a cut of what the servers hold.
  func takeCut(_ position: JobPosition) throws -> SimulatedCut {
    let placement = Placement(workers: plan.cluster.workers, servers: plan.cluster.servers)
    let optimizer = OptimizerSettings(plan: plan, size: size)
    let width = plan.shape.rowWidth
    var users: [[UInt8]] = []
    var items: [[UInt8]] = []
    for row in 0..<UInt32(size.users) { users.append(record(.user, row, placement, width, optimizer)) }
    for row in 0..<UInt32(size.itemRows) { items.append(record(.item, row, placement, width, optimizer)) }
    let denseCount = plan.shape.denseCount
    var dense = [UInt8](repeating: 0, count: RowRecord.byteCount(width: denseCount, optimizer: optimizer))
    for server in 0..<placement.servers {
      let range = placement.denseRange(of: denseCount, on: ServerID(server))
      let slice = dump(.dense, 0, server, RowRecord.byteCount(width: range.count, optimizer: optimizer))
      var floats = dense.mutableSpan
      var span = unsafe floats.mutableBytes
      unsafe RowRecord.insert(slice.span.bytes, at: range, width: denseCount, optimizer: optimizer, into: &span)
    }
    return SimulatedCut(position: position, history: coordinator.history, users: users, items: items, dense: dense)
  }

  private func record(
    _ table: StoredTable, _ row: UInt32, _ placement: Placement, _ width: Int, _ optimizer: OptimizerSettings
  ) -> [UInt8] {
    dump(
      table, placement.localIndex(of: row), placement.server(of: row),
      RowRecord.byteCount(width: width, optimizer: optimizer))
  }

  private func dump(_ table: StoredTable, _ place: Int, _ server: Int, _ byteCount: Int) -> [UInt8] {
    let request = BulkRequest(
      job: coordinator.job, token: 0, action: .readRecords, table: table, first: place, count: 1)
    let frame = framed(BulkRequest.headerByteCount + byteCount) { writer in
      servers[node(ofServer: server)]?.shard.writeBulkReply(request, into: &writer)
    }
    return Array(frame.dropFirst(BulkRequest.headerByteCount))
  }

  /// Gives the servers their rows of a cut.
  func restore(_ cut: SimulatedCut) throws {
    let placement = Placement(workers: plan.cluster.workers, servers: plan.cluster.servers)
    let optimizer = OptimizerSettings(plan: plan, size: size)
    for (table, rows) in [(StoredTable.user, cut.users), (.item, cut.items)] {
      for (row, record) in rows.enumerated() {
        try write(table, placement.localIndex(of: UInt32(row)), record, to: placement.server(of: UInt32(row)), cut)
      }
    }
    let denseCount = plan.shape.denseCount
    for server in 0..<placement.servers {
      let range = placement.denseRange(of: denseCount, on: ServerID(server))
      var slice = [UInt8](repeating: 0, count: RowRecord.byteCount(width: range.count, optimizer: optimizer))
      var floats = slice.mutableSpan
      var span = unsafe floats.mutableBytes
      unsafe RowRecord.slice(range, of: cut.dense.span.bytes, width: denseCount, optimizer: optimizer, into: &span)
      try write(.dense, 0, slice, to: server, cut)
    }
  }

  private func write(
    _ table: StoredTable, _ place: Int, _ record: [UInt8], to server: Int, _ cut: SimulatedCut
  ) throws {
    let request = BulkRequest(
      job: coordinator.job, token: 0, action: .writeRecords, table: table, first: place, count: 1,
      optimizerStep: cut.position.optimizerStep)
    let frame = framed(BulkRequest.headerByteCount + record.count) { writer in
      request.write(into: &writer)
      unsafe writer.bytes(record.span.bytes)
    }
    var directives: [ServerDirective] = []
    try unsafe servers[node(ofServer: server)]?.shard.receive(
      frame.span.bytes, from: Peer(9999), directives: &directives)
  }
}
