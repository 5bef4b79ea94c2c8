/// The users, cut into logical shards of about equal numbers of interactions. A pure function of data and plan: how many
/// workers there are does not enter.
package struct ShardMap: Sendable, Equatable {
  /// The first user of each shard, then the number of users: `[shards + 1]`.
  package let bounds: [Int]
  /// The training interactions of each shard.
  package let interactions: [Int]

  package var count: Int { interactions.count }

  /// Cuts the users so that each shard's share of the interactions is as even as whole users allow.
  /// - Parameter offsets: where each user's interactions start, then their number: `[users + 1]`.
  package init(balancing offsets: some RandomAccessCollection<UInt64>, into count: Int) {
    precondition(!offsets.isEmpty && count > 0, "\(count) shards of \(offsets.count - 1) users")
    let values = Array(offsets)
    let total = values[values.count - 1]
    var bounds = [0]
    for shard in 1..<count {
      let target = total * UInt64(shard) / UInt64(count)
      var low = bounds[shard - 1]
      var high = values.count - 1
      while low < high {
        let middle = (low + high) / 2
        if values[middle] < target { low = middle + 1 } else { high = middle }
      }
      bounds.append(low)
    }
    bounds.append(values.count - 1)
    self.bounds = bounds
    interactions = (0..<count).map { Int(values[bounds[$0 + 1]] - values[bounds[$0]]) }
  }

  /// The users of a shard.
  package func users(of shard: ShardID) -> Range<Int> {
    bounds[Int(shard.rawValue)]..<bounds[Int(shard.rawValue) + 1]
  }
}
