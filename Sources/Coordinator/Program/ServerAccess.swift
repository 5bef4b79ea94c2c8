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

  // Limit: a frame of a mebibyte takes a slow network a tenth of a second, a server under load a few.
  private static let replyLimit = 30.0

  private final class ServerSocket {
    let socket: Socket
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
      options.routingID = PeerIdentity.incarnation(UInt64.random(in: .min ... .max))
      let socket = try Socket(context: context, kind: .dealer, options: options)
      try socket.connect(Endpoint(endpoint))
      sockets.append(ServerSocket(socket, watches))
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
    let message = try Message.framed(byteCount: size) { writer in
      request.write(into: &writer)
      unsafe writer.bytes(body.span.bytes)
    }
    bytesSent += size
    let outcome = try sockets[server].socket.send(message)
    guard outcome.isSent() else { throw LinkError("server \(server)", "takes no messages") }
  }

  private func receive(from server: Int, _ take: (BulkRequest, RawSpan) throws -> Void) throws {
    let deadline = MonotonicClock.seconds + Self.replyLimit
    while true {
      if let message = try sockets[server].socket.receive() {
        bytesReceived += message.byteCount
        var reader = FrameReader(message.bytes)
        switch try FrameMark.read(&reader) {
        case .bulkReply:
          let reply = try BulkRequest(from: &reader)
          let body = try reader.take(reader.remaining, "records")
          return try take(reply, body)
        case .refusal: throw LinkError("server \(server)", "refused: \(try Refusal.read(&reader))")
        case .stepRequest, .stepReply, .bulkRequest, .control, .laneOffer, .laneAcceptance, .laneNotice:
          throw WireError("kind", "is not a reply to the coordinator")
        }
      }
      let left = deadline - MonotonicClock.seconds
      guard left > 0 else { throw LinkError("server \(server)", "has not answered for \(Int(Self.replyLimit)) s") }
      _ = try sockets[server].poll.wait(timeout: .milliseconds(Int64(min(left, 0.2) * 1000)))
      if let signal = watches.signal(sockets[server].poll, sockets[server].watchSlots) {
        signals.append(signal)
        if signal == SIGUSR1 { throw LinkError("server \(server)", "was waited for when a process ended") }
      }
    }
  }
}
