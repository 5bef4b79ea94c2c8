/// One end of a conversation between two processes, over whatever may lose, repeat, delay and reorder messages: it
/// numbers what is sent and knows what must be sent again, and hands up what arrives once and in order.
///
/// It holds no frames: they stay in slots `0 ..< window` of whoever carries it out, one ring for those that are sent
/// and not acknowledged, one for those that have arrived ahead of their turn. Time is seconds on any clock that only
/// goes forward. Each end has a life, a random number that is not 0; a frame of or for another life is not taken.
package struct LinkLedger: Sendable {
  /// What to do with a message that has arrived.
  package enum Arrival: Equatable, Sendable {
    /// Hand it up; then those that `takeHeld` names.
    case handUp
    /// Keep it in that slot until `takeHeld` names it.
    case hold(slot: Int)
    /// It is a repetition, of another life, beyond the window, or has nothing in it.
    case passOver
    /// It is meant for an earlier life of this end: answer with this header.
    case answer(LinkHeader)
  }

  /// What is due.
  package enum Duty: Equatable, Sendable {
    case nothing
    /// Send the frame in that slot again.
    case resend(slot: Int)
    /// Send this header alone.
    case acknowledge(LinkHeader)
  }

  // Limit: frames that are under way in one direction. A worker has eight bulk requests and two steps open at a server,
  // a coordinator a few orders at a member; three times that is room for what a lost frame holds up.
  package static let window = 32
  private static let spread = UInt32(window)

  // Limit: an answer takes a millisecond or so and carries the acknowledgement with it; only where there is none for
  // this long does it travel alone.
  private static let acknowledgeAfter = 0.02
  // Limit: below a tenth of a second a peer may just be computing; while nothing is known, and when nobody answers, a
  // frame goes out again within a second, so that a link that was cut is in use again that soon.
  private static let firstTimeout = 0.25
  private static let shortestTimeout = 0.1
  private static let longestWait = 1.0
  private static let longestTimeout = 10.0
  // Limit: whoever acknowledges nothing for so long has lost its lease long ago.
  private static let abandonAfter = 120.0

  /// This end's life.
  package let life: UInt32
  /// The other end's; 0 until it is heard.
  package private(set) var peer: UInt32 = 0
  /// The other end has no part in this conversation any more: nothing is due.
  package private(set) var isPeerGone = false
  /// Frames sent again, and frames that had arrived before.
  package private(set) var resent: UInt64 = 0
  package private(set) var duplicates: UInt64 = 0

  /// The first frame that is not acknowledged, and the next to be sent.
  package private(set) var firstOpen: UInt32
  private var next: UInt32
  private var hasSent = false
  /// Since when the first open frame is waited for, and since when nothing was acknowledged.
  private var waitsSince = 0.0
  private var silentSince = 0.0
  private var backoff = 0
  /// Where a loss has been seen: what was sent before this number may be lost, too.
  private var recoversUntil: UInt32?
  private var resendsAtOnce = false
  /// A frame whose answer is timed, until something is sent again.
  private var timed: (sequence: UInt32, at: Double)?
  private var smoothed: Double?
  private var deviation = 0.0

  /// The frame that is to be handed up next, and which of those behind it are held, by slot.
  private var expected: UInt32
  private var held: UInt32 = 0
  /// Since when the other end waits for an acknowledgement.
  private var owesSince: Double?

  /// - Parameter sequence: the number of the first frame, the same at both ends
  package init(life: UInt32, startingAt sequence: UInt32 = 0) {
    precondition(life != 0, "a life of 0")
    self.life = life
    firstOpen = sequence
    next = sequence
    expected = sequence
  }

  package static func slot(of sequence: UInt32) -> Int { Int(sequence % spread) }

  /// Frames that are sent and not acknowledged.
  package var openCount: Int { Int(next &- firstOpen) }

  // MARK: sending

  /// A frame is about to be sent: its header, and the slot where it stays until `firstOpen` is beyond it. Nil when the
  /// window is full, or nobody is there.
  package mutating func nextFrame(at time: Double) -> (header: LinkHeader, slot: Int)? {
    guard openCount < Self.window, !isPeerGone else { return nil }
    hasSent = true
    let sequence = next
    next &+= 1
    if sequence == firstOpen {
      waitsSince = time
      silentSince = time
    }
    if timed == nil, recoversUntil == nil { timed = (sequence, time) }
    owesSince = nil
    return (header(.frame, sequence), Self.slot(of: sequence))
  }

  private func header(_ kind: LinkHeader.Kind, _ sequence: UInt32) -> LinkHeader {
    LinkHeader(kind: kind, from: life, to: peer, sequence: sequence, acknowledged: expected)
  }

  /// When something is due; infinity where nothing is.
  package var deadline: Double {
    if isPeerGone { return .infinity }
    let acknowledgement = owesSince.map { $0 + Self.acknowledgeAfter } ?? .infinity
    guard openCount > 0, waitsSince - silentSince < Self.abandonAfter else { return acknowledgement }
    return min(acknowledgement, resendsAtOnce ? -.infinity : waitsSince + timeout)
  }

  private var timeout: Double {
    var basis = Self.firstTimeout
    if let smoothed { basis = min(Self.longestTimeout, max(Self.shortestTimeout, smoothed + 4 * deviation)) }
    return min(basis * Double(1 << backoff), max(basis, Self.longestWait))
  }

  /// What is due at a time; asked again until nothing is.
  package mutating func duty(at time: Double) -> Duty {
    guard deadline <= time else { return .nothing }
    if openCount > 0, waitsSince - silentSince < Self.abandonAfter, resendsAtOnce || waitsSince + timeout <= time {
      if !resendsAtOnce {
        backoff = min(backoff + 1, 8)
        recoversUntil = next
      }
      resendsAtOnce = false
      timed = nil
      waitsSince = time
      resent += 1
      return .resend(slot: Self.slot(of: firstOpen))
    }
    return acknowledgement()
  }

  /// The acknowledgement that is owed, before its time.
  package mutating func acknowledgement() -> Duty {
    guard owesSince != nil else { return .nothing }
    owesSince = nil
    return .acknowledge(header(.acknowledgement, next))
  }

  /// The other end is not waited for any more: nothing is due, and what is sent is dropped.
  package mutating func abandon() { isPeerGone = true }

  /// What wakes the other end, and carries the acknowledgement with it; nil where nobody is there.
  package mutating func ring() -> LinkHeader? {
    guard peer != 0, !isPeerGone else { return nil }
    owesSince = nil
    return header(.acknowledgement, next)
  }

  // MARK: arrival

  /// A message has arrived.
  /// - Throws: for one that acknowledges what was never sent.
  package mutating func arrived(_ header: LinkHeader, at time: Double) throws(WireError) -> Arrival {
    // Who has said nothing is known to nobody: what comes was meant for one whose conversation was given up.
    let knows = header.to == life && (peer != 0 || hasSent)
    guard knows || header.to == 0 && header.kind == .frame else {
      guard header.kind != .stranger else { return .passOver }
      return .answer(LinkHeader(kind: .stranger, from: life, to: header.from, sequence: 0, acknowledged: 0))
    }
    if header.kind == .stranger {
      isPeerGone = true
      return .passOver
    }
    if peer == 0 { peer = header.from }
    guard header.from == peer else { return .passOver }
    if knows { try acknowledged(header.acknowledged, at: time) }
    return header.kind == .frame ? taken(header.sequence, at: time) : .passOver
  }

  private mutating func taken(_ sequence: UInt32, at time: Double) -> Arrival {
    if owesSince == nil { owesSince = time }
    let ahead = sequence &- expected
    let bit: UInt32 = 1 << (sequence % Self.spread)
    guard ahead < Self.spread, held & bit == 0 else {
      duplicates += 1
      return .passOver
    }
    if ahead == 0 {
      expected &+= 1
      return .handUp
    }
    held |= bit
    return .hold(slot: Self.slot(of: sequence))
  }

  /// The slot of the next frame to hand up, if it has arrived.
  package mutating func takeHeld() -> Int? {
    let bit: UInt32 = 1 << (expected % Self.spread)
    guard held & bit != 0 else { return nil }
    held &= ~bit
    defer { expected &+= 1 }
    return Self.slot(of: expected)
  }

  private mutating func acknowledged(_ upTo: UInt32, at time: Double) throws(WireError) {
    let count = upTo &- firstOpen
    guard count <= UInt32(openCount) else {
      // What was acknowledged before comes late; half of all numbers are behind.
      guard count > UInt32.max / 2 else {
        throw WireError("acknowledgement", "is of frame \(upTo), before it was sent")
      }
      return
    }
    guard count > 0 else { return }
    if let timed, upTo &- timed.sequence <= count, upTo != timed.sequence {
      measured(time - timed.at)
      self.timed = nil
    }
    firstOpen = upTo
    waitsSince = time
    silentSince = time
    backoff = 0
    guard let end = recoversUntil else { return }
    // The one after a lost frame is probably lost, too, where it was sent before the loss was seen.
    if end &- upTo > 0, end &- upTo <= Self.spread, openCount > 0 {
      resendsAtOnce = true
    } else {
      recoversUntil = nil
      resendsAtOnce = false
    }
  }

  /// How long an answer took (RFC 6298).
  private mutating func measured(_ seconds: Double) {
    guard let mean = smoothed else {
      smoothed = seconds
      deviation = seconds / 2
      return
    }
    deviation += (abs(seconds - mean) - deviation) / 4
    smoothed = mean + (seconds - mean) / 8
  }
}
