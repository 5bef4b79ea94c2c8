package import Plan

extension InteractionMatrix {
  /// The users, cut into logical shards of about equal numbers of interactions.
  package func shardMap(into count: Int) -> ShardMap {
    ShardMap(users: users, into: count) { user in user == users ? self.count : range(of: Row(user)).lowerBound }
  }
}
