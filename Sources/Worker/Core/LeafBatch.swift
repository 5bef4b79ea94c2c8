import Interactions
package import NeuralCF
import Plan

/// The samples of one leaf of a step, with their distinct users and items.
package struct LeafBatch {
  /// Which shard's leaf, or nothing where all held shards make one batch.
  private(set) var node = ReductionTree.Node(level: 0, index: 0)
  /// The distinct users, counted from the worker's first, and the distinct items with their features; ascending.
  package private(set) var users: RowSet
  package private(set) var items: RowSet
  package private(set) var count = 0
  /// How many of `items` are items; the features stand behind them.
  package private(set) var itemCount = 0
  /// What the features add to the items; empty where items have none.
  package private(set) var complement = ItemComplement()
  /// Per sample: its user's and item's row until `finish`, their places among the distinct ones from then on, and its
  /// target. `[capacity]`, of which the first `count` are meant.
  private var userColumn: [UInt32] = []
  private var itemColumn: [UInt32] = []
  private var targetColumn: [Float] = []
  /// What tells each sample from all others of an epoch; filled where dropout asks for it.
  private var numberColumn: [UInt64] = []
  /// The interactions of a run, and the places of negatives that their users may know.
  private var drawn: [Int] = []
  private var doubtful: [Int] = []

  init(users: Int, items: Int) {
    self.users = RowSet(domain: users)
    self.items = RowSet(domain: items)
  }

  /// `[count]`
  package var userOfSample: Span<UInt32> { @_lifetime(borrow self) get { userColumn.span.extracting(0..<count) } }
  package var itemOfSample: Span<UInt32> { @_lifetime(borrow self) get { itemColumn.span.extracting(0..<count) } }
  package var targets: Span<Float> { @_lifetime(borrow self) get { targetColumn.span.extracting(0..<count) } }
  package var numbers: Span<UInt64> {
    @_lifetime(borrow self) get { numberColumn.span.extracting(0..<min(count, numberColumn.count)) }
  }

  mutating func begin(_ node: ReductionTree.Node) {
    self.node = node
    count = 0
  }

  /// Adds a run of a shard's positives, in the epoch's order, each followed by its negatives.
  mutating func append(
    _ positions: Range<Int>, of order: ShardOrder, sampler: NegativeSampler, configuration: WorkerConfiguration
  ) {
    let run = count..<count + positions.count * (1 + configuration.plan.negatives)
    count = run.upperBound
    grow(to: count)
    if let ratings = configuration.ratings {
      Self.draw(
        positions, of: order, ratings, configuration, from: run.lowerBound, users: &userColumn, items: &itemColumn,
        targets: &targetColumn, drawn: &drawn)
    } else {
      Self.draw(
        positions, of: order, sampler, configuration, from: run.lowerBound, users: &userColumn, items: &itemColumn,
        targets: &targetColumn, drawn: &drawn, doubtful: &doubtful)
    }
    if configuration.plan.dropout > 0 { number(run, drawnWith: configuration.plan.negatives) }
    users.insert(userColumn, run)
    items.insert(itemColumn, run)
    if let features = configuration.features { insert(features, configuration.size, run) }
  }

  /// Adds the features of a run's items.
  private mutating func insert(_ features: ItemFeatures, _ size: ProblemSize, _ run: Range<Int>) {
    for place in run {
      for entry in features.entries(of: itemColumn[place]) {
        items.insert(size.row(ofFeature: features.feature(at: entry)))
      }
    }
  }

  /// Numbers the samples of a run by interaction and place beside it, whoever trains them.
  private mutating func number(_ run: Range<Int>, drawnWith negatives: Int) {
    let more = max(0, run.upperBound - numberColumn.count)
    numberColumn.append(contentsOf: repeatElement(0, count: more))
    for (index, place) in run.enumerated() {
      let (positive, beside) = index.quotientAndRemainder(dividingBy: 1 + negatives)
      numberColumn[place] = UInt64(drawn[positive] * (1 + negatives) + beside)
    }
  }

  /// What misses the caches is asked for one pass before it is needed.
  private static func draw(
    _ positions: Range<Int>, of order: ShardOrder, _ sampler: NegativeSampler, _ configuration: WorkerConfiguration,
    from first: Int, users: inout [UInt32], items: inout [UInt32], targets: inout [Float], drawn: inout [Int],
    doubtful: inout [Int]
  ) {
    let matrix = configuration.interactions
    let index = configuration.index
    let firstUser = UInt32(configuration.users.lowerBound)
    let negatives = configuration.plan.negatives
    var users = users.mutableSpan
    var items = items.mutableSpan
    var targets = targets.mutableSpan
    drawn.removeAll(keepingCapacity: true)
    for position in positions {
      let interaction = order.firstInteraction &+ order.permutation[position]
      index.prefetch(interaction: interaction)
      drawn.append(interaction)
    }
    var place = first
    for interaction in drawn {
      let user = index.user(ofInteraction: interaction)
      users[place] = user.rawValue &- firstUser
      items[place] = matrix.item(at: interaction).rawValue
      targets[place] = 1
      place &+= 1
      for negative in 0..<negatives {
        let item = sampler.candidate(negative, ofInteraction: interaction)
        index.prefetch(user: user, item: item)
        users[place] = user.rawValue &- firstUser
        items[place] = item.rawValue
        targets[place] = 0
        place &+= 1
      }
    }
    doubtful.removeAll(keepingCapacity: true)
    for place in first..<place where targets[place] == 0 {
      let user = Row(rawValue: users[place] &+ firstUser)
      if index.mayContain(user: user, item: Row(rawValue: items[place])) {
        index.prefetch(itemsOf: user)
        doubtful.append(place)
      }
    }
    for place in doubtful {
      let (positive, negative) = (place &- first).quotientAndRemainder(dividingBy: 1 &+ negatives)
      let user = Row(rawValue: users[place] &+ firstUser)
      items[place] = sampler.negative(negative &- 1, ofInteraction: drawn[positive], user: user).rawValue
    }
  }

  /// Rated interactions; each target is what the score should be.
  private static func draw(
    _ positions: Range<Int>, of order: ShardOrder, _ ratings: RatingNormalizer, _ configuration: WorkerConfiguration,
    from first: Int, users: inout [UInt32], items: inout [UInt32], targets: inout [Float], drawn: inout [Int]
  ) {
    let matrix = configuration.interactions
    let firstUser = UInt32(configuration.users.lowerBound)
    drawn.removeAll(keepingCapacity: true)
    for (place, position) in positions.enumerated() {
      let interaction = order.firstInteraction &+ order.permutation[position]
      let user = configuration.index.user(ofInteraction: interaction)
      let item = matrix.item(at: interaction)
      guard let rating = matrix.rating(at: interaction) else {
        preconditionFailure("interaction \(interaction) without a rating")
      }
      drawn.append(interaction)
      users[first + place] = user.rawValue &- firstUser
      items[first + place] = item.rawValue
      targets[first + place] = rating - ratings.mean(user: user, item: item)
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
  mutating func finish(_ configuration: WorkerConfiguration) {
    users.number(&userColumn, count: count)
    items.number(&itemColumn, count: count)
    itemCount = items.rows.count
    if let features = configuration.features { complete(features, configuration.size) }
  }

  /// Lists what the features of each distinct item add to it.
  private mutating func complete(_ features: ItemFeatures, _ size: ProblemSize) {
    complement.removeAll()
    for row in items.rows {
      guard Int(row) < size.items else { break }
      for entry in features.entries(of: row) {
        let place = items.slot(of: size.row(ofFeature: features.feature(at: entry)))
        complement.append(features.weight(at: entry), ofRowAt: place)
      }
      complement.endItem()
    }
    itemCount = complement.itemCount
    Self.countUses(itemColumn, count, rows: items.rows.count, in: &complement)
  }

  private static func countUses(_ column: [UInt32], _ count: Int, rows: Int, in complement: inout ItemComplement) {
    complement.count(column.span.extracting(0..<count), rows: rows)
  }
}

/// The order in which an epoch takes a shard's interactions.
struct ShardOrder {
  /// The place of the shard's first interaction among all.
  let firstInteraction: Int
  let permutation: IndexPermutation

  init(shard: ShardID, epoch: Epoch, configuration: WorkerConfiguration) {
    let users = configuration.shardMap.users(of: shard)
    firstInteraction = users.isEmpty ? 0 : configuration.interactions.range(of: Row(users.lowerBound)).lowerBound
    permutation = IndexPermutation(
      count: configuration.shardMap.interactions[Int(shard.rawValue)],
      stream: RandomStream(
        seed: configuration.plan.seed, .epochOrder, UInt64(epoch.rawValue), UInt64(shard.rawValue)))
  }
}
