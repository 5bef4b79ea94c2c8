import Glibc
import Links
import Plan
import Wire
import ZeroMQ

/// The coordinator's own connections to the servers, for whole runs of rows: restoring, cutting, and waiting for the
/// last step.
///
/// Its calls wait for their replies, since nothing else may happen meanwhile; each wait has a deadline.
package final class ServerAccess {
  private let job: JobID
  let placement: Placement
  private let watches: Watches
  private var sockets: [ServerSocket] = []
  /// Signals that came while it waited.
  private var signals: [Int32] = []
  private(set) var bytesSent = 0
  private(set) var bytesReceived = 0
  var counts: LinkCounts { sockets.reduce(into: LinkCounts()) { $0 += $1.link.counts } }

  // Limit: a frame of a mebibyte takes a slow network a tenth of a second, a server under load a few.
  private static let replyLimit = 30.0
  private static let tick = Duration.milliseconds(200)

  private final class ServerSocket {
    let socket: Socket
    let link = ReliableLink(life: .newLife())
    var poll = PollSet()
    let watchSlots: Watches.Slots
    init(_ socket: consuming Socket, _ watches: Watches) {
      self.socket = socket
      _ = poll.add(self.socket)
      watchSlots = watches.add(to: &poll)
    }
  }

  init(context: Context, job: JobID, placement: Placement, endpoints: [String], watches: Watches) throws {
    self.job = job
    self.watches = watches
    self.placement = placement
    for endpoint in endpoints {
      var options = SocketOptions()
      options.immediate = false
      options.maximumMessageByteCount = frameByteLimit
      options.routingID = .incarnation(.random(in: .min ... .max), of: "coordinator", 0)
      let socket = try Socket(context: context, kind: .dealer, options: options)
      try socket.connect(Endpoint(endpoint))
      sockets.append(ServerSocket(socket, watches))
    }
  }

  /// Says what has arrived, and sends again what must be: to be called now and then between its other calls.
  func tend(at time: Double) throws {
    for access in sockets {
      while let message = try access.socket.receive() { _ = try access.link.take(message, through: access.socket) }
      try access.link.acknowledge(through: access.socket)
      try access.link.tend(through: access.socket, at: time)
    }
  }

  /// What came while this waited, once.
  func takeSignals() -> [Int32] {
    defer { signals = [] }
    return signals
  }

  /// Waits until every server has applied so many optimizer steps.
  func settle(optimizerStep: UInt64, endedEpoch: Epoch) throws {
    for server in sockets.indices {
      try send(
        BulkRequest(
          job: job, token: 0, action: .awaitStep, table: .dense, first: Int(endedEpoch.rawValue), count: 0,
          optimizerStep: optimizerStep),
        to: server, body: [])
    }
    for server in sockets.indices { _ = try receive(from: server) { _, _ in } }
  }

  /// Full records of a run of a server's rows, `[rows × recordByteCount]`; the run fits a frame.
  func readRecords(
    _ table: StoredTable, rows: Range<Int>, recordByteCount: Int, from server: Int
  ) throws -> [UInt8] {
    guard !rows.isEmpty else { return [] }
    try send(
      BulkRequest(job: job, token: 0, action: .readRecords, table: table, first: rows.lowerBound, count: rows.count),
      to: server, body: [])
    var bytes: [UInt8] = []
    try receive(from: server) { _, records in
      guard records.byteCount == rows.count * recordByteCount else {
        throw LinkError("server \(server)", "sent \(records.byteCount) bytes for \(rows.count) rows")
      }
      // Safety: copied before the closure returns.
      unsafe records.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// Writes full records of a run of a server's rows, and waits until they are there.
  func writeRecords(
    _ table: StoredTable, first: Int, count: Int, records: [UInt8], optimizerStep: UInt64, to server: Int
  ) throws {
    try send(
      BulkRequest(
        job: job, token: 0, action: .writeRecords, table: table, first: first, count: count,
        optimizerStep: optimizerStep), to: server, body: records)
    try receive(from: server) { _, _ in }
  }

  private func send(_ request: BulkRequest, to server: Int, body: [UInt8]) throws {
    let size = BulkRequest.headerByteCount + body.count
    bytesSent += size
    // Safety: copied before the array goes.
    let isSent = try sockets[server].link.send(byteCount: size, through: sockets[server].socket) { writer in
      request.write(into: &writer)
      unsafe writer.bytes(body.span.bytes)
    }
    guard isSent else { throw LinkError("server \(server)", "takes no messages") }
  }

  private func receive(from server: Int, _ take: (BulkRequest, RawSpan) throws -> Void) throws {
    let deadline = MonotonicClock.seconds + Self.replyLimit
    let access = sockets[server]
    while true {
      if let message = try next(from: access) {
        bytesReceived += message.byteCount
        var reader = FrameReader(message.frame)
        switch try FrameMark.read(&reader) {
        case .bulkReply:
          let reply = try BulkRequest(from: &reader)
          let body = try reader.take(reader.remaining, "records")
          return try take(reply, body)
        case .refusal: throw LinkError("server \(server)", "refused: \(try Refusal.read(&reader))")
        case .stepRequest, .stepReply, .bulkRequest, .control, .laneOffer, .laneAcceptance, .laneNotice, .backupBegin,
          .backupReceipt, .backupLane:
          throw WireError("kind", "is not a reply to the coordinator")
        }
      }
      let now = MonotonicClock.seconds
      guard !access.link.isPeerGone else { throw LinkError("server \(server)", "was started again") }
      guard now < deadline else {
        throw LinkError("server \(server)", "has not answered for \(Int(Self.replyLimit)) s")
      }
      try access.link.tend(through: access.socket, at: now)
      let due = min(deadline, access.link.deadline)
      _ = try access.poll.wait(timeout: MonotonicClock.wait(until: due, atMost: Self.tick))
      if let signal = watches.signal(access.poll, access.watchSlots) {
        signals.append(signal)
        if signal == SIGUSR1 { throw LinkError("server \(server)", "was waited for when a process ended") }
      }
    }
  }

  private func next(from access: ServerSocket) throws -> Message? {
    if let held = access.link.nextHeld() { return held }
    while let message = try access.socket.receive() {
      if let next = try access.link.take(message, through: access.socket) { return next }
    }
    return nil
  }
}
