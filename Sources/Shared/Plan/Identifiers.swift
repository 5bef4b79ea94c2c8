/// A number that names one thing; two kinds of number never mix.
package protocol Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  associatedtype Number: FixedWidthInteger & Sendable
  var rawValue: Number { get }
  init(rawValue: Number)
}

extension Identifier {
  package init(_ value: some BinaryInteger) { self.init(rawValue: Number(value)) }
  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  package var description: String { String(rawValue) }
}

/// A user's or an item's place in the prepared data, from 0; also its row in the embedding table.
package struct Row: Identifier {
  package let rawValue: UInt32
  @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A worker's place in the job, from 0.
package struct WorkerID: Identifier {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// A parameter server's place in the job, from 0.
package struct ServerID: Identifier {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// A logical shard: a run of users that is always trained as one unit, whoever holds it.
package struct ShardID: Identifier {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// A pass over all training interactions, from 1.
package struct Epoch: Identifier {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A batch within an epoch, from 0.
package struct Step: Identifier {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  package var next: Step { Step(rawValue: rawValue + 1) }
}

/// Which job a frame belongs to; drawn at random when a job starts.
package struct JobID: Identifier {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Which agreement on the members a frame was sent under; it grows with every change of them.
package struct MembershipEpoch: Identifier {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// One of the two embedding tables.
package enum TableID: UInt8, Sendable, CaseIterable {
  case user = 0
  case item = 1
}
