import Interactions
import Plan

/// The samples of one leaf of a step, with their distinct users and items.
struct LeafBatch {
  /// Which shard's leaf, or nothing where all held shards make one batch.
  private(set) var node = ReductionTree.Node(level: 0, index: 0)
  /// The distinct users, counted from the worker's first, and the distinct items; ascending.
  private(set) var users: RowSet
  private(set) var items: RowSet
  private(set) var count = 0
  /// Per sample: its user's and item's row until `finish`, their places among the distinct ones from then on, and its
  /// target. `[capacity]`, of which the first `count` are meant.
  private var userColumn: [UInt32] = []
  private var itemColumn: [UInt32] = []
  private var targetColumn: [Float] = []

  init(users: Int, items: Int) {
    self.users = RowSet(domain: users)
    self.items = RowSet(domain: items)
  }

  /// `[count]`
  var userOfSample: Span<UInt32> { @_lifetime(borrow self) get { userColumn.span.extracting(0..<count) } }
  var itemOfSample: Span<UInt32> { @_lifetime(borrow self) get { itemColumn.span.extracting(0..<count) } }
  var targets: Span<Float> { @_lifetime(borrow self) get { targetColumn.span.extracting(0..<count) } }

  mutating func begin(_ node: ReductionTree.Node) {
    self.node = node
    count = 0
  }

  /// Adds a run of a shard's positives, and as long a run of each of its streams of negatives, in the epoch's order.
  mutating func append(
    _ positions: Range<Int>, of order: ShardOrder, sampler: NegativeSampler, configuration: WorkerConfiguration
  ) {
    for stream in order.permutations.indices {
      let run = count..<count + positions.count
      count = run.upperBound
      grow(to: count)
      Self.draw(
        positions, of: order, stream, sampler, configuration, from: run.lowerBound, users: &userColumn,
        items: &itemColumn, targets: &targetColumn)
      users.insert(userColumn, run)
      items.insert(itemColumn, run)
    }
  }

  /// One stream's samples: 0 are the positives, the others negatives. Loads that miss the caches are kept apart from
  /// what waits for them, so that many are under way at once.
  private static func draw(
    _ positions: Range<Int>, of order: ShardOrder, _ stream: Int, _ sampler: NegativeSampler,
    _ configuration: WorkerConfiguration, from first: Int, users: inout [UInt32], items: inout [UInt32],
    targets: inout [Float]
  ) {
    let run = first..<first + positions.count
    var allUsers = users.mutableSpan
    var allItems = items.mutableSpan
    var allTargets = targets.mutableSpan
    var users = allUsers._mutatingExtracting(run)
    var items = allItems._mutatingExtracting(run)
    var targets = allTargets._mutatingExtracting(run)
    let matrix = configuration.interactions
    let index = configuration.index
    let firstUser = UInt32(configuration.users.lowerBound)
    for place in 0..<positions.count {
      let interaction = order.interaction(at: positions.lowerBound &+ place, stream)
      users[place] = index.user(ofInteraction: interaction).rawValue &- firstUser
      let item =
        stream == 0 ? matrix.item(at: interaction) : sampler.candidate(stream &- 1, ofInteraction: interaction)
      items[place] = item.rawValue
      targets[place] = stream == 0 ? 1 : 0
    }
    guard stream > 0 else { return }
    for place in 0..<positions.count {
      let user = Row(rawValue: users[place] &+ firstUser)
      if index.mayContain(user: user, item: Row(rawValue: items[place])) {
        let interaction = order.interaction(at: positions.lowerBound &+ place, stream)
        items[place] = sampler.negative(stream &- 1, ofInteraction: interaction, user: user).rawValue
      }
    }
  }

  private mutating func grow(to count: Int) {
    guard targetColumn.count < count else { return }
    let more = max(count, 2 * targetColumn.count) - targetColumn.count
    userColumn.append(contentsOf: repeatElement(0, count: more))
    itemColumn.append(contentsOf: repeatElement(0, count: more))
    targetColumn.append(contentsOf: repeatElement(0, count: more))
  }

  /// Turns rows into places among the distinct ones.
  mutating func finish() {
    users.number(&userColumn, count: count)
    items.number(&itemColumn, count: count)
  }
}

/// The orders in which an epoch takes a shard's interactions: one as positives, and one of its own for each stream of
/// negatives. A positive and its negatives so stand in different batches, as if all samples had been shuffled: a batch
/// touches more users, and each user is updated more often.
struct ShardOrder {
  /// The place of the shard's first interaction among all.
  private let firstInteraction: Int
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

  @inline(__always)
  func interaction(at position: Int, _ stream: Int) -> Int {
    firstInteraction &+ permutations[stream][position]
  }
}
