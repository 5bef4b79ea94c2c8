package import Wire
package import ZeroMQ

/// One end of a conversation with another process: what is sent arrives once and in order, whatever becomes of single
/// messages on the way, as long as both live. What is to be done about that is the `LinkLedger`'s decision.
///
/// A class, since those who keep one per peer keep them in arrays; it has one owner.
package final class ReliableLink {
  /// The name under which a router knows the other end; nil at a dealer.
  package let peer: PeerIdentity?
  private var ledger: LinkLedger
  private let sent = MessageRing(count: LinkLedger.window)
  private let ahead = MessageRing(count: LinkLedger.window)
  /// When something was last heard of the other end.
  package private(set) var lastHeard: Double

  package init(life: UInt32, peer: PeerIdentity? = nil, at time: Double = MonotonicClock.seconds) {
    ledger = LinkLedger(life: life)
    self.peer = peer
    lastHeard = time
  }

  /// When something is due; infinity where nothing is.
  package var deadline: Double { ledger.deadline }
  /// Frames that are sent and not acknowledged.
  package var openCount: Int { ledger.openCount }
  /// The other end was started again, or has given this conversation up.
  package var isPeerGone: Bool { ledger.isPeerGone }
  package var counts: LinkCounts { LinkCounts(resent: ledger.resent, duplicates: ledger.duplicates) }

  // MARK: sending

  /// Sends a frame of exactly `byteCount` bytes, now and until it has arrived. What is meant for a peer that is gone is
  /// dropped: someone else notices who is lost.
  /// - Returns: whether there was room for it
  package func send(
    byteCount: Int, through socket: borrowing Socket, _ write: (inout FrameWriter) -> Void
  ) throws -> Bool {
    guard !ledger.isPeerGone else { return true }
    guard let (header, slot) = ledger.nextFrame(at: MonotonicClock.seconds) else { return false }
    let total = LinkHeader.byteCount + byteCount
    // Safety: the memory is there for the call.
    unsafe try sent.fill(slot, byteCount: total) { memory in
      var writer = unsafe FrameWriter(memory)
      header.write(into: &writer)
      write(&writer)
      precondition(writer.isFull, "\(writer.byteCount) bytes written of \(total)")
    }
    try transmit(slot, through: socket)
    return true
  }

  package func send(_ frame: LaneFrame, through socket: borrowing Socket) throws -> Bool {
    try send(byteCount: frame.byteCount, through: socket) { writer in frame.write(into: &writer) }
  }

  package func send(_ message: ControlMessage, through socket: borrowing Socket) throws -> Bool {
    let bytes = message.encoded()
    // Safety: copied before the array goes.
    return try send(byteCount: bytes.count, through: socket) { writer in unsafe writer.bytes(bytes.span.bytes) }
  }

  /// Gives this conversation up, and what is kept for it.
  package func abandon() {
    ledger.abandon()
    for slot in 0..<LinkLedger.window { sent.clear(slot) }
  }

  /// A queue that is full, and a peer that is away, lose a frame like any other mishap: it is sent again.
  private func transmit(_ slot: Int, through socket: borrowing Socket) throws(ZeroMQError) {
    if let peer {
      _ = try socket.send(copyOf: slot, in: sent, to: peer)
    } else {
      _ = try socket.send(copyOf: slot, in: sent)
    }
  }

  private func transmit(_ header: LinkHeader, through socket: borrowing Socket) throws(ZeroMQError) {
    try header.withBytes { bytes throws(ZeroMQError) in
      if let peer {
        _ = try socket.send(copying: bytes, to: peer)
      } else {
        _ = try socket.send(copying: bytes)
      }
    }
  }

  /// Sends what is due.
  package func tend(through socket: borrowing Socket, at time: Double) throws(ZeroMQError) {
    while ledger.deadline <= time {
      switch ledger.duty(at: time) {
      case .nothing: return
      case .resend(let slot): try transmit(slot, through: socket)
      case .acknowledge(let header): try transmit(header, through: socket)
      }
    }
  }

  /// Acknowledges at once what is not acknowledged yet.
  package func acknowledge(through socket: borrowing Socket) throws(ZeroMQError) {
    if case .acknowledge(let header) = ledger.acknowledgement() { try transmit(header, through: socket) }
  }

  /// Wakes the other end, which looks into the memory that both share. A ring that is lost costs the time until it
  /// looks by itself.
  package func ring(through socket: borrowing Socket) throws(ZeroMQError) {
    if let header = ledger.ring() { try transmit(header, through: socket) }
  }

  // MARK: receiving

  /// Takes a message from the other end.
  /// - Returns: the message, if it is the next to be handed up; then `nextHeld` may have more
  /// - Throws: `WireError` for a header that has no place here
  package func take(_ message: consuming Message, through socket: borrowing Socket) throws -> Message? {
    let now = MonotonicClock.seconds
    let header = try LinkHeader(message.bytes)
    let before = ledger.firstOpen
    let arrival = try ledger.arrived(header, at: now)
    var acknowledged = before
    while acknowledged != ledger.firstOpen {
      sent.clear(LinkLedger.slot(of: acknowledged))
      acknowledged &+= 1
    }
    if case .answer = arrival {} else { lastHeard = now }
    switch arrival {
    case .handUp: return message
    case .hold(let slot): ahead.hold(message, at: slot)
    case .passOver: break
    case .answer(let header): try transmit(header, through: socket)
    }
    return nil
  }

  /// The next message that had arrived before its turn.
  package func nextHeld() -> Message? { ledger.takeHeld().map { ahead.take($0) } }
}

/// What a link had to do about a bad network.
package struct LinkCounts: Equatable, Sendable {
  package var resent: UInt64 = 0
  package var duplicates: UInt64 = 0

  package init(resent: UInt64 = 0, duplicates: UInt64 = 0) {
    self.resent = resent
    self.duplicates = duplicates
  }

  package static func += (sum: inout LinkCounts, other: LinkCounts) {
    sum.resent += other.resent
    sum.duplicates += other.duplicates
  }
}

extension Message {
  /// The frame behind the link's header.
  package var frame: RawSpan {
    @_lifetime(borrow self)
    borrowing get { bytes.extracting(droppingFirst: LinkHeader.byteCount) }
  }
}

extension LinkHeader {
  /// Shows the header's bytes without taking memory for them.
  package func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Safety: the memory is as long as the header and lives until body returns.
    try unsafe withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { memory throws(Failure) in
      var writer = unsafe FrameWriter(memory)
      write(into: &writer)
      return try body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory)))
    }
  }
}

extension UInt32 {
  /// A life that no other process has, in all likelihood.
  package static func newLife() -> UInt32 { .random(in: 1 ... .max) }
}
