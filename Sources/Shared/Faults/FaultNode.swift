/// What a process is in a job.
package enum FaultRole: UInt8, Sendable, CaseIterable, CustomStringConvertible {
  case coordinator = 0
  case server
  case worker

  package var description: String {
    switch self {
    case .coordinator: "coordinator"
    case .server: "server"
    case .worker: "worker"
    }
  }
}

/// A process of a job: an end of a link, or who is killed.
package struct FaultNode: Hashable, Sendable, CustomStringConvertible {
  package let role: FaultRole
  /// From 0; that of the coordinator is 0.
  package let index: Int

  package init(_ role: FaultRole, _ index: Int = 0) {
    self.role = role
    self.index = index
  }
  package var description: String { role == .coordinator ? "coordinator" : "\(role) \(index)" }

  /// A number of its own.
  var number: UInt64 { UInt64(role.rawValue) << 32 | UInt64(UInt32(truncatingIfNeeded: index)) }
}

/// Which processes a statement means.
package struct NodePattern: Hashable, Sendable {
  /// Nil where any role will do.
  package let role: FaultRole?
  /// Nil where any of the role will do.
  package let index: Int?

  package init(_ role: FaultRole? = nil, _ index: Int? = nil) {
    self.role = role
    self.index = index
  }

  package func matches(_ node: FaultNode) -> Bool {
    (role ?? node.role) == node.role && (index ?? node.index) == node.index
  }
}

/// Which links a statement means.
package struct LinkPattern: Hashable, Sendable {
  package let from: NodePattern
  package let to: NodePattern
  /// Only frames from `from` to `to`, not those the other way.
  package let isOneWay: Bool

  package init(_ from: NodePattern = NodePattern(), _ to: NodePattern = NodePattern(), isOneWay: Bool = false) {
    self.from = from
    self.to = to
    self.isOneWay = isOneWay
  }

  package func matches(from sender: FaultNode, to receiver: FaultNode) -> Bool {
    from.matches(sender) && to.matches(receiver) || !isOneWay && from.matches(receiver) && to.matches(sender)
  }
}
