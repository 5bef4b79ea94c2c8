/// What became of a message that was to be sent without waiting.
package enum SendOutcome: ~Copyable {
  /// It is queued for its peer.
  case sent
  /// The peer's queue is full, or a dealer has no connection yet; here is the message again.
  case wouldBlock(Message)
  /// No peer of that identity is connected; the message is gone.
  case unreachable
}

/// What a router received, and from whom.
package struct Delivery: ~Copyable {
  package let peer: PeerIdentity
  package var message: Message

  package consuming func takeMessage() -> Message { message }
}

extension SendOutcome {
  /// Whether the message is queued for its peer.
  package consuming func isSent() -> Bool {
    switch consume self {
    case .sent: true
    case .wouldBlock: false
    case .unreachable: false
    }
  }
}
