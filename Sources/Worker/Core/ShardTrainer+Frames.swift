import Kernels
package import Plan
import Reduction
import Tables
package import Wire

extension ShardTrainer {
  // MARK: requests

  /// Draws up the headers of the requests: what the last step pushes, and whether they ask for the rows of `current`.
  mutating func prepareRequests(step: Step, pushes: Bool, wantsCurrent: Bool) {
    requestHeaders.removeAll(keepingCapacity: true)
    isUnanswered.removeAll(keepingCapacity: true)
    for _ in 0..<configuration.placement.servers {
      isUnanswered.append(true)
      requestHeaders.append(
        StepRequest(
          job: configuration.job, membership: configuration.membership, worker: configuration.worker, epoch: epoch,
          step: step, contributions: pushes ? reducer.entries.count : 0, wantedRows: 0, wantsRows: false,
          pushes: pushes))
    }
    guard wantsCurrent else { return }
    for server in requestHeaders.indices {
      requestHeaders[server].wantedRows = current.wanted[server].count
      requestHeaders[server].wantsRows = true
    }
  }

  private func countRows(of gradient: SparseGradient, on server: Int) -> Int {
    let servers = configuration.placement.servers
    return servers == 1 ? gradient.rowCount : gradient.rows.reduce(0) { $0 + (Int($1) % servers == server ? 1 : 0) }
  }

  /// The size of a server's request.
  package func requestByteCount(for server: ServerID) -> Int {
    let header = requestHeaders[Int(server.rawValue)]
    let rows =
      header.pushes ? reducer.entries.reduce(0) { $0 + countRows(of: $1.gradient, on: Int(server.rawValue)) } : 0
    return header.byteCount(
      itemRows: rows, width: shape.rowWidth, dense: configuration.denseRange(on: server).count,
      wire: configuration.plan.gradientWire)
  }

  /// Writes a server's request, of exactly its size.
  package func writeRequest(for server: ServerID, into writer: inout FrameWriter) {
    let header = requestHeaders[Int(server.rawValue)]
    header.write(into: &writer)
    if header.pushes {
      for entry in reducer.entries { write(entry, for: server, into: &writer) }
    }
    if header.wantsRows {
      let wanted = current.wanted[Int(server.rawValue)]
      writer.rows(wanted.span)
    }
  }

  private func write(_ entry: TreeReducer.Entry, for server: ServerID, into writer: inout FrameWriter) {
    let index = Int(server.rawValue)
    let placement = configuration.placement
    let slice = configuration.denseRange(on: server)
    let width = shape.rowWidth
    let rows = entry.gradient.rows
    StepRequest.writeContribution(entry.node, rows: countRows(of: entry.gradient, on: index), into: &writer)
    entry.gradient.withValues { values, dense in
      if placement.servers == 1 {
        writer.rows(rows.span)
        write(values, into: &writer)
      } else {
        for row in rows where placement.server(of: row) == index {
          writer.number(UInt32(placement.localIndex(of: row)))
        }
        for (place, row) in rows.enumerated() where placement.server(of: row) == index {
          write(values.extracting(place * width..<(place + 1) * width), into: &writer)
        }
      }
      writer.floats(dense.extracting(slice))
    }
  }

  /// Gradients of rows as they travel; where that is as half floats, they have been rounded before.
  private func write(_ values: Span<Float>, into writer: inout FrameWriter) {
    switch configuration.plan.gradientWire {
    case .fp32: writer.floats(values)
    case .fp16: writer.withHalves(values.count) { halves in roundToHalves(values, into: &halves) }
    }
  }

  /// The requests are sent: what they carried may be forgotten.
  package mutating func requestsSent() {
    reducer.removeAll()
  }

  /// Another process has a server's place.
  /// - Returns: whether the last request must be sent to it, as it was
  package func serverReplaced(_ server: ServerID) throws(WireError) -> Bool {
    let index = Int(server.rawValue)
    guard index < configuration.placement.servers else {
      throw WireError("server", "is \(index) of \(configuration.placement.servers)")
    }
    switch state {
    case .awaitingRows, .awaitingLast: return isUnanswered[index]
    case .ready, .idle: return false
    case .empty, .loading, .writingBack, .collecting:
      throw WireError("server", "is replaced while its rows are \(state)")
    }
  }

  // MARK: replies

  /// Takes a frame from a server. A reply to a request that is no longer open is passed over.
  package mutating func receive(
    _ frame: RawSpan, from server: ServerID, directives: inout [WorkerDirective]
  ) throws(WireError) {
    var reader = FrameReader(frame)
    switch try FrameMark.read(&reader) {
    case .stepReply:
      let slice = configuration.denseRange(on: server)
      let reply = try StepReply(from: &reader, rowLimit: configuration.size.itemRows, denseLimit: slice.count)
      try replied(reply, &reader, slice: slice, directives: &directives)
    case .bulkReply:
      let reply = try BulkRequest(from: &reader)
      try bulkReplied(reply, &reader, from: server, directives: &directives)
    case .refusal: throw WireError("request", "was refused by server \(server): \(try Refusal.read(&reader))")
    case .stepRequest, .bulkRequest, .control, .laneOffer, .laneAcceptance, .laneNotice, .backupBegin,
      .backupReceipt, .backupLane:
      throw WireError("kind", "is not one that a worker is sent")
    }
  }

  private mutating func replied(
    _ reply: StepReply, _ reader: inout FrameReader, slice: Range<Int>, directives: inout [WorkerDirective]
  ) throws(WireError) {
    guard reply.job == configuration.job, reply.membership == configuration.membership, reply.epoch == epoch else {
      return
    }
    switch state {
    case .awaitingRows(let missing):
      guard reply.step == current.step else { return }
      let server = Int(reply.server.rawValue)
      guard server < current.slots.count, reply.rows == current.slots[server].count, reply.dense == slice.count else {
        throw WireError(
          "rows", "are \(reply.rows) with \(reply.dense) dense weights, not what was asked of \(reply.server)")
      }
      guard isUnanswered[server] else { return }
      Self.grow(&itemRows, to: current.items.rows.count * shape.rowWidth)
      try Self.read(&reader, slice: slice, into: &dense)
      try Self.read(
        &reader, slots: current.slots[server], width: shape.rowWidth, configuration.plan.wire, into: &itemRows)
      try reader.finish()
      isUnanswered[server] = false
      optimizerStep = max(optimizerStep, reply.optimizerStep)
      state = missing > 1 ? .awaitingRows(repliesMissing: missing - 1) : .ready
      if missing == 1 { count(staleness: reply.staleness) }
    case .awaitingLast(let missing):
      let server = Int(reply.server.rawValue)
      guard reply.step == current.step.next, server < isUnanswered.count, isUnanswered[server] else { return }
      isUnanswered[server] = false
      optimizerStep = max(optimizerStep, reply.optimizerStep)
      state = missing > 1 ? .awaitingLast(repliesMissing: missing - 1) : .idle
      if missing == 1 { lastPushAnswered(directives: &directives) }
    case .empty, .loading, .idle, .ready, .writingBack, .collecting: return
    }
  }

  private mutating func lastPushAnswered(directives: inout [WorkerDirective]) {
    guard let endedEpoch = settlesLater else { return directives.append(.orderDone) }
    settleOrdered(endedEpoch: endedEpoch, directives: &directives)
  }

  private mutating func count(staleness value: UInt32) {
    // Limit: rows staler than this are counted together; nobody reads a longer histogram.
    let bucket = min(Int(value), 1023)
    while staleness.count <= bucket { staleness.append(0) }
    staleness[bucket] += 1
  }

  private static func read(
    _ reader: inout FrameReader, slots: [UInt32], width: Int, _ wire: WireFormat, into buffer: inout FloatBuffer
  ) throws(WireError) {
    var target = buffer.mutableSpan
    switch wire {
    case .fp32:
      for slot in slots {
        var row = target._mutatingExtracting(Int(slot) * width..<(Int(slot) + 1) * width)
        try reader.floats("rows", into: &row)
      }
    case .fp16:
      for slot in slots {
        var row = target._mutatingExtracting(Int(slot) * width..<(Int(slot) + 1) * width)
        widenHalves(try reader.take(2 * width, "rows"), times: 1, into: &row)
      }
    }
  }

  static func read(
    _ reader: inout FrameReader, slice: Range<Int>, into buffer: inout FloatBuffer
  ) throws(WireError) {
    var all = buffer.mutableSpan
    var target = all._mutatingExtracting(slice)
    try reader.floats("dense weights", into: &target)
  }
}
