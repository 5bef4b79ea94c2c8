import Wire

/// Sends one end of a conversation messages; an input is a list of them, each behind the time since the one before, in
/// units of 10 ms. In between the end sends frames of its own.
enum LinkFeed {
  private static let life: UInt32 = 7
  private static let peer: UInt32 = 8

  static func feed(_ bytes: RawSpan) -> Verdict {
    var ledger = LinkLedger(life: life)
    var held: Set<Int> = []
    var time = 0.0
    var verdict = Verdict.value
    for part in Parts(bytes).parts {
      time += Double(part.tag) * 0.01
      do throws(WireError) {
        // Safety: bytes have no padding.
        try arrived(LinkHeader(unsafe part.bytes.span.bytes), at: time, &ledger, &held)
      } catch { verdict = .refused(error.description) }
      if ledger.nextFrame(at: time) != nil { precondition(ledger.openCount > 0, "nothing is open after a frame") }
      tend(&ledger, at: time)
      precondition((0...LinkLedger.window).contains(ledger.openCount), "\(ledger.openCount) frames are open")
    }
    return verdict
  }

  private static func arrived(
    _ header: LinkHeader, at time: Double, _ ledger: inout LinkLedger, _ held: inout Set<Int>
  ) throws(WireError) {
    switch try ledger.arrived(header, at: time) {
    case .handUp: break
    case .hold(let slot):
      precondition(held.insert(slot).inserted, "slot \(slot) is taken")
      return
    case .passOver: return
    case .answer(let answer):
      precondition(answer.kind == .stranger && header.kind != .stranger, "\(header) is answered by \(answer)")
      return
    }
    while let slot = ledger.takeHeld() { precondition(held.remove(slot) != nil, "slot \(slot) is empty") }
  }

  /// What is due is soon through, whatever has come.
  private static func tend(_ ledger: inout LinkLedger, at time: Double) {
    for _ in 0..<4 {
      switch ledger.duty(at: time) {
      case .nothing: return
      case .resend(let slot): precondition((0..<LinkLedger.window).contains(slot), "slot \(slot)")
      case .acknowledge(let header): precondition(header.kind == .acknowledgement, "\(header)")
      }
    }
    precondition(ledger.deadline > time, "more and more is due at \(time)")
  }

  static var seeds: [[UInt8]] {
    func message(_ kind: LinkHeader.Kind, to: UInt32 = life, _ sequence: UInt32, _ acknowledged: UInt32) -> [UInt8] {
      let header = LinkHeader(kind: kind, from: peer, to: to, sequence: sequence, acknowledged: acknowledged)
      return ServerFeed.write(LinkHeader.byteCount) { header.write(into: &$0) }
    }
    return [
      // In order, ahead of its turn, and again.
      Parts.joined([
        (0, message(.frame, to: 0, 0, 0)), (1, message(.frame, 2, 1)), (1, message(.frame, 1, 1)),
        (3, message(.frame, 1, 2)), (90, message(.acknowledgement, 3, 4)),
      ]),
      // Of and for other lives.
      Parts.joined([
        (0, message(.frame, to: 5, 9, 0)), (9, message(.frame, to: 0, 0, 0)), (9, message(.stranger, 0, 0)),
        (200, message(.frame, 1, 0)),
      ]),
    ]
  }
}
