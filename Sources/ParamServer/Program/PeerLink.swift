import Links
import ZeroMQ

/// Who talks to a server, and the memory that they share where it is a worker of the same machine.
final class PeerLink {
  let identity: PeerIdentity
  var lane: SharedLane?

  init(_ identity: PeerIdentity) {
    self.identity = identity
  }
}
