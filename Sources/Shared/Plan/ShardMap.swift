/// The users, cut into logical shards of about equal numbers of interactions. A pure function of data and plan: how
/// many workers there are does not enter.
package struct ShardMap: Sendable, Equatable {
  /// The first user of each shard, then the number of users: `[shards + 1]`.
  package let bounds: [Int]
  /// The training interactions of each shard.
  package let interactions: [Int]

  package var count: Int { interactions.count }

  /// Cuts the users so that each shard's share of the interactions is as even as whole users allow.
  /// - Parameter offset: where a user's interactions start among all; for `users` itself, how many there are.
  package init(users: Int, into count: Int, offset: (_ user: Int) -> Int) {
    precondition(users >= 0 && count > 0, "\(count) shards of \(users) users")
    let total = offset(users)
    var bounds = [0]
    for shard in stride(from: 1, to: count, by: 1) {
      let target = total * shard / count
      var low = bounds[shard - 1]
      var high = users
      while low < high {
        let middle = (low + high) / 2
        if offset(middle) < target { low = middle + 1 } else { high = middle }
      }
      bounds.append(low)
    }
    bounds.append(users)
    self.bounds = bounds
    interactions = (0..<count).map { offset(bounds[$0 + 1]) - offset(bounds[$0]) }
  }

  /// The users of a shard.
  package func users(of shard: ShardID) -> Range<Int> {
    bounds[Int(shard.rawValue)]..<bounds[Int(shard.rawValue) + 1]
  }
}
