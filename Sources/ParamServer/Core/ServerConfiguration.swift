package import Plan
package import Wire

/// What a parameter server knows when it begins to serve.
package struct ServerConfiguration: Sendable {
  package let job: JobID
  package let membership: MembershipEpoch
  package let server: ServerID
  package let plan: TrainingPlan
  package let size: ProblemSize
  package let placement: Placement
  /// Rows come from a checkpoint, instead of being drawn.
  package let restores: Bool
  /// The server's slice of the dense weights.
  let denseRange: Range<Int>

  package init(
    job: JobID, membership: MembershipEpoch, server: ServerID, plan: TrainingPlan, size: ProblemSize,
    placement: Placement, restores: Bool
  ) {
    self.job = job
    self.membership = membership
    self.server = server
    self.plan = plan
    self.size = size
    self.placement = placement
    self.restores = restores
    denseRange = placement.denseRange(of: plan.shape.denseCount, on: server)
  }

  var userCount: Int { placement.rowCount(of: size.users, on: server) }
  var itemCount: Int { placement.rowCount(of: size.itemRows, on: server) }
}

/// Who a frame came from; the Loop knows the address behind it.
package struct Peer: Identifier {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Whoever the server answers that a backup follows.
  package static let leaders = Peer(rawValue: .max)
}

/// An order from the Core to the Loop.
package enum ServerDirective: Equatable, Sendable {
  /// Send the worker its rows: `writeReply(for:into:)`.
  case reply(to: Peer, worker: WorkerID, byteCount: Int)
  /// Send what was asked for: `writeBulkReply(_:into:)`.
  case bulkReply(to: Peer, BulkRequest, byteCount: Int)
  case refuse(Peer, reason: String)
  /// Nothing is to be done: the frame belongs to another job, or to an earlier membership.
  case passOver(Peer, job: JobID, MembershipEpoch)

  /// Whom it concerns.
  package var peer: Peer {
    switch self {
    case .reply(let peer, _, _), .bulkReply(let peer, _, _), .refuse(let peer, _), .passOver(let peer, _, _): peer
    }
  }
}
