package import ZeroMQ

extension PeerIdentity {
  /// A routing id of its own for every process that ever starts, so that no message meant for a dead one reaches its
  /// successor.
  package static func incarnation(_ number: UInt64) -> PeerIdentity {
    let name = "n" + String(number, radix: 16)
    guard let identity = PeerIdentity(name) else { preconditionFailure("\(name) is no routing id") }
    return identity
  }
}
