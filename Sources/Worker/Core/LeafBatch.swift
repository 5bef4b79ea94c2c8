import Interactions
import Plan

/// The samples of one leaf of a step: each positive followed by its negatives, with their distinct users and items.
struct LeafBatch {
  /// Which shard's leaf, or nothing where all held shards make one batch.
  private(set) var node = ReductionTree.Node(level: 0, index: 0)
  /// The distinct users, counted from the worker's first, and the distinct items; ascending.
  private(set) var users: RowSet
  private(set) var items: RowSet
  /// Per sample: its user's and item's place among the distinct ones, and its target. `[samples]`
  private(set) var userOfSample: [UInt32] = []
  private(set) var itemOfSample: [UInt32] = []
  private(set) var targets: [Float] = []

  init(users: Int, items: Int) {
    self.users = RowSet(domain: users)
    self.items = RowSet(domain: items)
  }

  var count: Int { targets.count }

  mutating func begin(_ node: ReductionTree.Node) {
    self.node = node
    userOfSample.removeAll(keepingCapacity: true)
    itemOfSample.removeAll(keepingCapacity: true)
    targets.removeAll(keepingCapacity: true)
  }

  /// Adds a run of a shard's positives, in the epoch's order, with fresh negatives.
  mutating func append(
    _ positions: Range<Int>, of order: ShardOrder, firstUser: Int, negatives: Int, sampler: NegativeSampler,
    interactions: InteractionMatrix
  ) {
    for position in positions {
      let interaction = order.firstInteraction + order.permutation[position]
      let user = interactions.user(ofInteraction: interaction, within: order.users)
      let row = user.rawValue - UInt32(firstUser)
      users.insert(row)
      append(user: row, item: interactions.item(at: interaction), target: 1)
      for index in 0..<negatives {
        append(user: row, item: sampler.negative(index, ofInteraction: interaction, user: user), target: 0)
      }
    }
  }

  @inline(__always)
  private mutating func append(user: UInt32, item: Row, target: Float) {
    items.insert(item.rawValue)
    userOfSample.append(user)
    itemOfSample.append(item.rawValue)
    targets.append(target)
  }

  /// Turns rows into places among the distinct ones.
  mutating func finish(userDomain: Int, itemDomain: Int) {
    users.number(upTo: userDomain)
    items.number(upTo: itemDomain)
    for index in userOfSample.indices {
      userOfSample[index] = users.slot(of: userOfSample[index])
      itemOfSample[index] = items.slot(of: itemOfSample[index])
    }
  }
}

/// The order in which an epoch takes a shard's interactions.
struct ShardOrder {
  let users: Range<Int>
  /// The place of the shard's first interaction among all.
  let firstInteraction: Int
  let permutation: IndexPermutation

  init(shard: ShardID, epoch: Epoch, configuration: WorkerConfiguration) {
    users = configuration.shardMap.users(of: shard)
    firstInteraction = users.isEmpty ? 0 : configuration.interactions.range(of: Row(users.lowerBound)).lowerBound
    permutation = IndexPermutation(
      count: configuration.shardMap.interactions[Int(shard.rawValue)],
      stream: RandomStream(
        seed: configuration.plan.seed, .epochOrder, UInt64(epoch.rawValue), UInt64(shard.rawValue)))
  }
}
