/// A mistake that somebody could have made, between the Cores: the simulation must find each.
package enum SeededBug: String, CaseIterable, Sendable {
  /// A server confirms that it holds the users' rows before it does.
  case earlyConfirmation = "early-confirmation"
  /// The coordinator takes a cut when the first worker has settled.
  case earlyCut = "early-cut"
  /// The coordinator does not wait until the servers have closed the epoch.
  case unsettledCut = "unsettled-cut"
  /// A server takes a late frame of an earlier membership for one of its own.
  case staleMembership = "stale-membership"
  /// The position is rolled back, and the tables are not.
  case forgottenTables = "forgotten-tables"
  /// The servers are given the rows of the last checkpoint but one.
  case olderTables = "older-tables"
  /// A checkpoint forgets how far the shards are.
  case forgottenPositions = "forgotten-positions"
  /// Two workers are given the same shards.
  case sharedShards = "shared-shards"
  /// A server applies an update a second time, as the next one's.
  case doubledUpdate = "doubled-update"
  /// A server counts an update, and does not apply it.
  case emptyUpdate = "empty-update"
  /// A server never waits for the slowest worker.
  case ignoredStaleness = "ignored-staleness"
  /// Nobody looks at the leases.
  case endlessLease = "endless-lease"
  /// A file that a dying machine left is taken as it is.
  case acceptedTear = "accepted-tear"
  /// A server answers before its backup has what it answers to.
  case lateForward = "late-forward"
  /// Links hand up what arrives, as it arrives.
  case unguardedLinks = "unguarded-links"
}
