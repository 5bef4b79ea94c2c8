import Interactions
import Plan

/// The samples of one leaf of a step, with their distinct users and items.
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

  /// Adds a run of a shard's positives, and as long a run of each of its streams of negatives, in the epoch's order.
  mutating func append(
    _ positions: Range<Int>, of order: ShardOrder, sampler: NegativeSampler, configuration: WorkerConfiguration
  ) {
    let (matrix, index) = (configuration.interactions, configuration.index)
    let firstUser = UInt32(configuration.users.lowerBound)
    for (stream, permutation) in order.permutations.enumerated() {
      for position in positions {
        let interaction = order.firstInteraction + permutation[position]
        let user = index.user(ofInteraction: interaction)
        let item =
          stream == 0
          ? matrix.item(at: interaction)
          : sampler.negative(stream - 1, ofInteraction: interaction, user: user)
        let row = user.rawValue - firstUser
        users.insert(row)
        items.insert(item.rawValue)
        userOfSample.append(row)
        itemOfSample.append(item.rawValue)
        targets.append(stream == 0 ? 1 : 0)
      }
    }
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

/// The orders in which an epoch takes a shard's interactions: one as positives, and one of its own for each stream of
/// negatives. A positive and its negatives so stand in different batches, as if all samples had been shuffled: a batch
/// touches more users, and each user is updated more often.
struct ShardOrder {
  /// The place of the shard's first interaction among all.
  let firstInteraction: Int
  /// `[1 + negatives]`
  let permutations: [IndexPermutation]

  init(shard: ShardID, epoch: Epoch, configuration: WorkerConfiguration) {
    let users = configuration.shardMap.users(of: shard)
    firstInteraction = users.isEmpty ? 0 : configuration.interactions.range(of: Row(users.lowerBound)).lowerBound
    let plan = configuration.plan
    permutations = (0...plan.negatives).map { stream in
      IndexPermutation(
        count: configuration.shardMap.interactions[Int(shard.rawValue)],
        stream: RandomStream(
          seed: plan.seed, .epochOrder, UInt64(epoch.rawValue), UInt64(shard.rawValue) << 32 | UInt64(stream)))
    }
  }
}
