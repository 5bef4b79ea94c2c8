package import ZeroMQ

extension PeerIdentity {
  /// A routing id of its own for every conversation that ever begins, so that no message meant for a dead process
  /// reaches its successor: a role, the place that the process would like, and a random number.
  package static func incarnation(_ number: UInt64, of role: String, _ place: Int) -> PeerIdentity {
    let name = "\(role)-\(UInt16(clamping: place))-\(String(number, radix: 16))"
    guard let identity = PeerIdentity(name) else { preconditionFailure("\(name) is no routing id") }
    return identity
  }
}
