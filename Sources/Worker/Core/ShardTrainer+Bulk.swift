import Kernels
package import Plan
import Tables
package import Wire

/// Whole runs of rows: the users of this worker when it begins and when the training settles, and all items when it
/// ranks.
extension ShardTrainer {
  // Limit: frames of a mebibyte; eight of them keep a link busy and fit every queue on the way.
  private static let bulkWindow = 8

  /// Asks the servers for the records of this worker's users.
  package mutating func connected(directives: inout [WorkerDirective]) throws(WireError) {
    guard state == .empty else { throw WireError("connect", "is ordered a second time") }
    enqueueUsers(.readRecords)
    beginBulk(.loading(repliesMissing: bulkQueue.count), then: .loaded, directives: &directives)
  }

  /// Writes the users' rows back. A step that was asked for and not begun is dropped: the next order begins it anew.
  /// - Parameter endedEpoch: the epoch that ends here, or 0
  package mutating func settleOrdered(endedEpoch: Epoch, directives: inout [WorkerDirective]) {
    if case .awaitingLast = state {
      settlesLater = endedEpoch
      return
    }
    settlesLater = nil
    if endedEpoch.rawValue > 0 {
      let stepCount = max(1, stream?.stepCount ?? 1)
      users.average(at: AveragingPoint(atEndOf: endedEpoch, of: stepCount), step: optimizerStep)
    }
    until = progress.step
    enqueueUsers(.writeRecords)
    beginBulk(.writingBack(repliesMissing: bulkQueue.count), then: .settled, directives: &directives)
  }

  private mutating func enqueueUsers(_ action: BulkRequest.Action) {
    let range = configuration.users
    let servers = configuration.placement.servers
    for server in 0..<servers {
      // The server's rows inside the range are those at these places.
      let first = (range.lowerBound - server + servers - 1) / servers
      let end = max(first, (range.upperBound - server + servers - 1) / servers)
      enqueue(action, .user, first..<end, recordByteCount: users.stateByteCount, of: ServerID(server))
    }
  }

  /// Asks the servers for all item rows and the dense weights.
  package mutating func evaluationOrdered(directives: inout [WorkerDirective]) throws(WireError) {
    guard state == .idle else { throw WireError("evaluate", "is ordered of a worker that is \(state)") }
    let width = shape.rowWidth
    Self.grow(&catalogue, to: configuration.size.itemRows * width)
    for server in (0..<configuration.placement.servers).map({ ServerID($0) }) {
      let rows = configuration.placement.rowCount(of: configuration.size.itemRows, on: server)
      enqueue(.readWeights, .item, 0..<rows, recordByteCount: 4 * width, of: server)
      enqueue(.readWeights, .dense, 0..<1, recordByteCount: 4 * configuration.denseCount, of: server)
    }
    beginBulk(.collecting(repliesMissing: bulkQueue.count), then: .canRank, directives: &directives)
  }

  private mutating func enqueue(
    _ action: BulkRequest.Action, _ table: StoredTable, _ rows: Range<Int>, recordByteCount: Int, of server: ServerID
  ) {
    let chunk = BulkRequest.rowsPerFrame(recordByteCount: recordByteCount)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: chunk) {
      let request = BulkRequest(
        job: configuration.job, token: 0, action: action, table: table, first: start,
        count: min(chunk, rows.upperBound - start))
      bulkQueue.append((server, request))
    }
  }

  /// Sends the first requests of the queue; a worker without users has none, and is through at once.
  private mutating func beginBulk(_ moving: State, then done: WorkerDirective, directives: inout [WorkerDirective]) {
    state = bulkQueue.isEmpty ? .idle : moving
    if bulkQueue.isEmpty { directives.append(done) }
    for _ in 0..<Self.bulkWindow { sendNextBulk(directives: &directives) }
  }

  private mutating func sendNextBulk(directives: inout [WorkerDirective]) {
    guard let next = bulkQueue.popLast() else { return }
    directives.append(.sendBulk(next.server, next.request))
  }

  /// The size of a bulk request as `writeBulk` writes it.
  package func byteCount(of request: BulkRequest) -> Int {
    BulkRequest.headerByteCount + (request.action == .writeRecords ? request.count * users.stateByteCount : 0)
  }

  /// Writes a bulk request that a directive announced, of exactly its size.
  package func writeBulk(_ request: BulkRequest, for server: ServerID, into writer: inout FrameWriter) {
    request.write(into: &writer)
    guard request.action == .writeRecords else { return }
    for place in request.first..<request.first + request.count {
      let row = userRow(at: place, on: server)
      // Safety: the room is exactly one record's size, which the table checks.
      unsafe users.dump(rows: row..<row + 1, into: writer.reserve(users.stateByteCount))
    }
  }

  /// The row, counted from this worker's first user, that a server keeps at a place.
  private func userRow(at place: Int, on server: ServerID) -> Int {
    place * configuration.placement.servers + Int(server.rawValue) - configuration.users.lowerBound
  }

  mutating func bulkReplied(
    _ reply: BulkRequest, _ reader: inout FrameReader, from server: ServerID, directives: inout [WorkerDirective]
  ) throws(WireError) {
    guard reply.job == configuration.job else { return }
    switch state {
    case .loading(let missing):
      guard reply.action == .readRecords, reply.table == .user else { return }
      try restoreUsers(reply, &reader, from: server)
      optimizerStep = max(optimizerStep, reply.optimizerStep)
      state = missing > 1 ? .loading(repliesMissing: missing - 1) : .idle
      if missing == 1 { directives.append(.loaded) }
    case .writingBack(let missing):
      guard reply.action == .writeRecords, reply.table == .user else { return }
      try reader.finish()
      state = missing > 1 ? .writingBack(repliesMissing: missing - 1) : .idle
      if missing == 1 { directives.append(.settled) }
    case .collecting(let missing):
      guard reply.action == .readWeights else { return }
      try collect(reply, &reader, from: server)
      state = missing > 1 ? .collecting(repliesMissing: missing - 1) : .idle
      if missing == 1 { directives.append(.canRank) }
    case .empty, .idle, .awaitingRows, .ready, .awaitingLast: return
    }
    sendNextBulk(directives: &directives)
  }

  private mutating func restoreUsers(
    _ reply: BulkRequest, _ reader: inout FrameReader, from server: ServerID
  ) throws(WireError) {
    let size = users.stateByteCount
    for place in reply.first..<reply.first + reply.count {
      let row = userRow(at: place, on: server)
      guard row >= 0, row < users.rowCount else { throw WireError("user row", "\(row) is not this worker's") }
      let record = try reader.take(size, "user records")
      // Safety: the table copies exactly one record.
      unsafe record.withUnsafeBytes { unsafe users.restore(rows: row..<row + 1, from: $0) }
    }
    try reader.finish()
  }

  private mutating func collect(
    _ reply: BulkRequest, _ reader: inout FrameReader, from server: ServerID
  ) throws(WireError) {
    let servers = configuration.placement.servers
    switch reply.table {
    case .item:
      let places = reply.first..<reply.first + reply.count
      guard places.upperBound <= configuration.placement.rowCount(of: configuration.size.itemRows, on: server) else {
        throw WireError("item rows", "reach to \(places.upperBound), beyond server \(server)'s")
      }
      let rows = places.map { $0 * servers + Int(server.rawValue) }
      try Self.read(&reader, rows: rows, width: shape.rowWidth, into: &catalogue)
    case .dense:
      try Self.read(&reader, slice: configuration.denseRange(on: server), into: &dense)
    case .user: throw WireError("table", "user was not asked for")
    }
    try reader.finish()
  }

  private static func read(
    _ reader: inout FrameReader, rows: [Int], width: Int, into buffer: inout FloatBuffer
  ) throws(WireError) {
    var target = buffer.mutableSpan
    for row in rows {
      var values = target._mutatingExtracting(row * width..<(row + 1) * width)
      try reader.floats("item rows", into: &values)
    }
  }
}
