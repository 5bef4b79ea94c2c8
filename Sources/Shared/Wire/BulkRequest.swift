package import Plan

/// What a server keeps: its rows of the two tables, and its slice of the dense vector as one row.
package enum StoredTable: UInt8, Sendable, CaseIterable {
  case user = 0
  case item
  case dense

  package init(_ table: TableID) {
    switch table {
    case .user: self = .user
    case .item: self = .item
    }
  }
}

/// Reads or writes whole runs of rows, outside the steps: restoring, writing back, evaluating, cutting.
package struct BulkRequest: Sendable, Equatable {
  package enum Action: UInt8, Sendable {
    /// What rows `first ..< first + count` give the model, as floats.
    case readWeights = 1
    /// Their full records: weights, optimizer state, last step.
    case readRecords
    /// Full records follow, `[count × stateByteCount]`; the server then counts at least `optimizerStep` steps.
    case writeRecords
    /// Answer when every push up to `optimizerStep` is applied; `first` is the epoch that ends there, or 0.
    case awaitStep
  }
  package static let headerByteCount = FrameMark.byteCount + 8 + 4 + 1 + 1 + 2 + 4 + 4 + 8

  package var job: JobID
  /// Chosen by who asks; the reply carries it back.
  package var token: UInt32
  package var action: Action
  package var table: StoredTable
  package var first: Int
  package var count: Int
  package var optimizerStep: UInt64

  package init(
    job: JobID, token: UInt32, action: Action, table: StoredTable, first: Int, count: Int, optimizerStep: UInt64 = 0
  ) {
    self.job = job
    self.token = token
    self.action = action
    self.table = table
    self.first = first
    self.count = count
    self.optimizerStep = optimizerStep
  }

  package func write(into writer: inout FrameWriter) {
    writeHeader(.bulkRequest, into: &writer)
  }

  /// The reply has the same header; then what was read.
  package func writeReply(into writer: inout FrameWriter) {
    writeHeader(.bulkReply, into: &writer)
  }

  private func writeHeader(_ kind: FrameKind, into writer: inout FrameWriter) {
    FrameMark.write(kind, into: &writer)
    writer.number(job.rawValue)
    writer.number(token)
    writer.number(action.rawValue)
    writer.number(table.rawValue)
    writer.number(UInt16(0))
    writer.number(UInt32(first))
    writer.number(UInt32(count))
    writer.number(optimizerStep)
  }

  package init(from reader: inout FrameReader) throws(WireError) {
    job = JobID(rawValue: try reader.number("job"))
    token = try reader.number("token")
    let action: UInt8 = try reader.number("action")
    guard let action = Action(rawValue: action) else { throw WireError("action", "\(action) is unknown") }
    self.action = action
    let table: UInt8 = try reader.number("table")
    guard let table = StoredTable(rawValue: table) else { throw WireError("table", "\(table) is unknown") }
    self.table = table
    let reserved: UInt16 = try reader.number("reserved bytes")
    guard reserved == 0 else { throw WireError("reserved bytes", "are not zero") }
    first = Int(try reader.number("first row", as: UInt32.self))
    count = Int(try reader.number("row count", as: UInt32.self))
    optimizerStep = try reader.optimizerStep()
  }

  // Limit: FACTS of the transport: messages of 64 KiB to 1 MiB move fastest; a run of rows is cut to that.
  package static func rowsPerFrame(recordByteCount: Int) -> Int { max(1, (1 << 20) / max(1, recordByteCount)) }
}
