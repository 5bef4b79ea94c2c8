import Plan
import Tables
package import Wire

extension ParameterShard {
  // Limit: the coordinator asks once per pause, and asks again when it has been away.
  private static let awaitingLimit = 64

  /// Reads or writes a run of rows, or waits until a step is applied.
  mutating func bulkRequested(
    _ request: BulkRequest, _ reader: inout FrameReader, from peer: Peer, directives: inout [ServerDirective]
  ) throws(WireError) {
    guard request.job == configuration.job else {
      return directives.append(.passOver(peer, job: request.job, configuration.membership))
    }
    if request.action != .awaitStep {
      let rowCount = rowCount(of: request.table)
      guard request.first <= rowCount, request.count <= rowCount - request.first else {
        throw WireError("rows", "\(request.first) and \(request.count) more are beyond \(rowCount)")
      }
    }
    switch request.action {
    case .readWeights, .readRecords:
      try reader.finish()
      directives.append(.bulkReply(to: peer, request, byteCount: BulkRequest.headerByteCount + byteCount(of: request)))
    case .writeRecords:
      let records = try reader.take(byteCount(of: request), "records")
      try reader.finish()
      // Safety: the table checks that the bytes are exactly its records, and copies them.
      unsafe records.withUnsafeBytes { bytes in
        unsafe restore(request.table, request.first..<request.first + request.count, from: bytes)
      }
      optimizerStep = max(optimizerStep, request.optimizerStep)
      directives.append(.bulkReply(to: peer, request, byteCount: BulkRequest.headerByteCount))
    case .awaitStep:
      try reader.finish()
      guard awaiting.count < Self.awaitingLimit else {
        directives.append(.refuse(peer, reason: "\(awaiting.count) others wait for a step already"))
        return
      }
      awaiting.append((peer, request))
      releaseAwaiting(directives: &directives)
    }
  }

  mutating func average(at point: AveragingPoint) {
    items.average(at: point, step: optimizerStep)
    dense.average(at: point, step: optimizerStep)
  }

  mutating func releaseAwaiting(directives: inout [ServerDirective]) {
    guard !awaiting.isEmpty else { return }
    let reached = awaiting.filter { optimizerStep >= $0.request.optimizerStep }
    awaiting.removeAll { optimizerStep >= $0.request.optimizerStep }
    for (peer, request) in reached {
      if request.first > 0 {
        average(at: AveragingPoint(atEndOf: Epoch(request.first), of: stepsPerEpoch))
      }
      directives.append(.bulkReply(to: peer, request, byteCount: BulkRequest.headerByteCount))
    }
  }

  /// Writes the reply that a directive announced, of exactly its size.
  package mutating func writeBulkReply(_ request: BulkRequest, into writer: inout FrameWriter) {
    var reply = request
    reply.optimizerStep = optimizerStep
    reply.writeReply(into: &writer)
    let rows = request.first..<request.first + request.count
    switch request.action {
    case .readWeights:
      let step = optimizerStep
      switch request.table {
      case .user:
        writer.withFloats(rows.count * users.width) { span in users.readModel(rows, after: step, into: &span) }
      case .item:
        writer.withFloats(rows.count * items.width) { span in items.readModel(rows, after: step, into: &span) }
      case .dense:
        writer.withFloats(rows.count * dense.width) { span in dense.readModel(rows, after: step, into: &span) }
      }
    case .readRecords:
      // Safety: the room is exactly the records' size, which the tables check.
      let room = unsafe writer.reserve(byteCount(of: request))
      switch request.table {
      case .user: unsafe users.dump(rows: rows, into: room)
      case .item: unsafe items.dump(rows: rows, into: room)
      case .dense: unsafe dense.dump(rows: rows, into: room)
      }
    case .writeRecords, .awaitStep: break
    }
  }

  // Safety: the tables check that the bytes are exactly their records, and copy them.
  private mutating func restore(_ table: StoredTable, _ rows: Range<Int>, from bytes: UnsafeRawBufferPointer) {
    switch table {
    case .user: unsafe users.restore(rows: rows, from: bytes)
    case .item: unsafe items.restore(rows: rows, from: bytes)
    case .dense: unsafe dense.restore(rows: rows, from: bytes)
    }
  }

  private func rowCount(of table: StoredTable) -> Int {
    switch table {
    case .user: users.rowCount
    case .item: items.rowCount
    case .dense: 1
    }
  }

  /// The bytes that a request's rows take.
  private func byteCount(of request: BulkRequest) -> Int {
    let (width, record) =
      switch request.table {
      case .user: (users.width, users.stateByteCount)
      case .item: (items.width, items.stateByteCount)
      case .dense: (dense.width, dense.stateByteCount)
      }
    switch request.action {
    case .readWeights: return request.count * width * 4
    case .readRecords, .writeRecords: return request.count * record
    case .awaitStep: return 0
    }
  }
}
