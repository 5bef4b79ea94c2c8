import Kernels
import NeuralCF
package import Plan
import Reduction
import Tables
package import Wire

/// A worker: it trains the users of its shards, one step after the other.
///
/// It holds its users' rows, which nobody else writes: it reads them from the servers when it begins, and writes them
/// back when the training settles. Item rows and dense weights come with the reply to each push.
///
/// Duties of the Loop, in order: hand replies to `receive`; while `canCompute`, call `computeStep`; carry out the
/// directives; then call `sampleAhead`, so that the next batch is drawn while the servers work.
package struct ShardTrainer: ~Copyable {
  package enum State: Equatable, Sendable {
    /// Without users yet.
    case empty
    /// Its users' rows are on their way from the servers.
    case loading(repliesMissing: Int)
    /// Nothing to train until the coordinator says so.
    case idle
    /// The rows of `current` are on their way.
    case awaitingRows(repliesMissing: Int)
    /// The rows of `current` are here.
    case ready
    /// The last push of the order is under way.
    case awaitingLast(repliesMissing: Int)
    /// The users' rows are on their way to the servers.
    case writingBack(repliesMissing: Int)
    /// All item rows are on their way, for ranking.
    case collecting(repliesMissing: Int)
  }

  package let configuration: WorkerConfiguration
  let shape: NetworkShape
  package internal(set) var state = State.empty
  /// Asked to pause: no step begins.
  package internal(set) var isPaused = false
  /// It is to settle as soon as its last push is answered; with the epoch that ends there, or 0.
  var settlesLater: Epoch?

  /// The rows of this worker's users, from `configuration.users.lowerBound` on.
  var users: RowTable
  var computation: GradientComputation
  var reducer: TreeReducer

  /// Bulk requests that are not sent yet, the next one last.
  var bulkQueue: [(server: ServerID, request: BulkRequest)] = []
  /// All item rows and those of their features, `[items and features × width]`, while ranking.
  var catalogue: FloatBuffer

  // The order of the coordinator.
  package internal(set) var epoch = Epoch(rawValue: 0)
  var until = Step(rawValue: 0)
  var stream: BatchStream?
  /// The batch whose rows are awaited or computed, and the one after it, drawn ahead.
  var current: StepBatch
  var following: StepBatch
  var followingIsDrawn = false

  /// The item rows of `current`, `[distinct items × width]`, and the dense weights.
  var itemRows: FloatBuffer
  var dense: FloatBuffer
  /// Scratch of a leaf: its users' and items' rows, and its users' gradients.
  var leafUserRows: FloatBuffer
  var leafItemRows: FloatBuffer
  var leafUserGradients: FloatBuffer
  /// Where items have features: the rows of items and features before they are added up, and the gradients of the sums.
  var leafOwnRows: FloatBuffer
  var leafItemGradients: FloatBuffer
  /// What rounding has taken from the items' gradients so far, `[items × width]` in units of the plan's
  /// `gradientScale`; kept only where gradients are rounded.
  var remainders: FloatBuffer
  /// Per server: its request's header.
  var requestHeaders: [StepRequest] = []
  /// Per server: whether its request is not answered yet.
  var isUnanswered: [Bool] = []

  /// Optimizer steps that the rows at hand have seen.
  package internal(set) var optimizerStep: UInt64 = 0
  /// Of this order: samples trained and the sum of losses, in `Progress.lossUnit`.
  package internal(set) var samples: UInt64 = 0
  package internal(set) var loss: Int64 = 0
  /// The losses are no numbers any more; what is trained from here on is worth nothing.
  package internal(set) var hasDiverged = false
  /// Pushes sent, one per step and server, and how stale the rows of each step were.
  package internal(set) var pushes: UInt64 = 0
  package internal(set) var staleness: [UInt64] = [0]

  package init(_ configuration: WorkerConfiguration) {
    self.configuration = configuration
    let plan = configuration.plan
    shape = plan.shape
    let leaves = plan.consistency == .bsp ? configuration.shards.count : 1
    let share =
      plan.batchSize / (plan.consistency == .bsp ? configuration.shardMap.count : 1) + 2 * (1 + plan.negatives)
    users = RowTable(
      rows: configuration.users.count, width: shape.rowWidth,
      optimizer: OptimizerSettings(plan: plan, size: configuration.size, writers: 1))
    computation = GradientComputation(
      shape: shape, objective: plan.objective, sampleCapacity: share, drops: plan.dropout > 0)
    reducer = TreeReducer(
      shards: configuration.shardMap.count, width: shape.rowWidth, denseCount: configuration.denseCount)
    current = StepBatch(
      leaves: leaves, users: configuration.users.count, items: configuration.size.itemRows,
      servers: configuration.placement.servers)
    following = current
    itemRows = FloatBuffer(count: 0)
    dense = FloatBuffer(count: configuration.denseCount)
    leafUserRows = FloatBuffer(count: 0)
    leafItemRows = FloatBuffer(count: 0)
    leafUserGradients = FloatBuffer(count: 0)
    leafOwnRows = FloatBuffer(count: 0)
    leafItemGradients = FloatBuffer(count: 0)
    catalogue = FloatBuffer(count: 0)
    remainders = FloatBuffer(count: plan.gradientWire == .fp16 ? configuration.size.itemRows * shape.rowWidth : 0)
  }

  // MARK: orders

  /// Trains `epoch` from `step` up to, not including, `until`; in `ssp` and `async` from `positions`, to the epoch's
  /// end. An order that cannot be carried out is thrown before anything changed.
  package mutating func trainingOrdered(
    epoch: Epoch, step: Step, until: Step, positions: [ShardPosition], directives: inout [WorkerDirective]
  ) throws(WireError) {
    if isPaused, epoch == self.epoch, state != .idle {
      // The pause is lifted up to a step that others have reached; the rows awaited are still the right ones.
      if let stream { try check(until, within: stream) }
      isPaused = false
      self.until = until
      return
    }
    try check(epoch, positions)
    let stream = BatchStream(configuration: configuration, epoch: epoch, step: step, positions: positions)
    // Limit: a step is a number of 32 bits, and the last has one that follows it.
    guard stream.stepCount < UInt32.max else { throw WireError("step", "is \(step)") }
    try check(until, within: stream)
    isPaused = false
    self.epoch = epoch
    samples = 0
    loss = 0
    self.stream = stream
    self.until = configuration.plan.consistency == .bsp ? until : Step(UInt32(stream.stepCount))
    guard step < self.until else { return skipOrder(at: step, directives: &directives) }
    stream.fill(&current, step: step)
    followingIsDrawn = false
    reducer.removeAll()
    state = .awaitingRows(repliesMissing: configuration.placement.servers)
    prepareRequests(step: step, pushes: false, wantsCurrent: true)
    directives.append(.sendRequests)
  }

  /// Nothing is left to train here. Where others may wait for this worker's pushes, the servers hear that none come.
  private mutating func skipOrder(at step: Step, directives: inout [WorkerDirective]) {
    guard configuration.plan.consistency != .bsp else {
      state = .idle
      directives.append(.orderDone)
      return
    }
    current.step = step
    reducer.removeAll()
    state = .awaitingLast(repliesMissing: configuration.placement.servers)
    prepareRequests(step: step, pushes: false, wantsCurrent: false)
    directives.append(.sendRequests)
  }

  /// In `bsp` the order says where it ends.
  private func check(_ until: Step, within stream: BatchStream) throws(WireError) {
    guard configuration.plan.consistency != .bsp || until.rawValue <= stream.stepCount else {
      throw WireError("last step", "is \(until) of \(stream.stepCount)")
    }
  }

  /// Whether an order to train makes sense here.
  private func check(_ epoch: Epoch, _ positions: [ShardPosition]) throws(WireError) {
    guard epoch.rawValue > 0 else { throw WireError("epoch", "is 0; the first is 1") }
    switch state {
    case .empty, .loading: throw WireError("train", "is ordered of a worker that has no users yet")
    case .idle, .awaitingRows, .ready, .awaitingLast, .writingBack, .collecting: break
    }
    var known = Set<ShardID>()
    for position in positions {
      let shard = Int(position.shard.rawValue)
      guard shard < configuration.shardMap.count, position.position <= configuration.shardMap.interactions[shard],
        known.insert(position.shard).inserted
      else { throw WireError("positions", "name shard \(shard) at \(position.position) of what it has, or twice") }
    }
  }

  /// No step begins until the next order. Whoever has pushed its last one says so, too: in `bsp` the answer may have to
  /// wait for others, who hear only from this how far they are to go.
  package mutating func pauseOrdered(directives: inout [WorkerDirective]) {
    isPaused = true
    switch state {
    case .awaitingRows, .ready, .awaitingLast: directives.append(.paused)
    case .empty, .loading, .idle, .writingBack, .collecting: break
    }
  }

  /// Whether the order reaches to the epoch's end.
  package var endsEpoch: Bool { stream.map { Int(until.rawValue) == $0.stepCount } ?? true }

  /// Draws the batch after `current`, if the order has one.
  package mutating func sampleAhead() {
    guard let stream, !followingIsDrawn, current.step.next < until else { return }
    switch state {
    case .awaitingRows, .ready: break
    case .empty, .loading, .idle, .awaitingLast, .writingBack, .collecting: return
    }
    stream.fill(&following, step: current.step.next)
    followingIsDrawn = true
  }

  /// Whether a step may be computed now.
  package var canCompute: Bool { state == .ready && !isPaused && !hasDiverged }

  /// How far this worker is: the step whose push has not been sent.
  package var progress: Progress {
    let step: Step =
      switch state {
      case .awaitingRows, .ready: current.step
      case .empty, .loading, .idle, .awaitingLast, .writingBack, .collecting: until
      }
    return Progress(epoch: epoch, step: step, samples: samples, loss: loss, optimizerStep: optimizerStep)
  }

  /// Which interactions of each held shard, in the epoch's order, the step at hand trains.
  package var interactionsOfStep: [(shard: ShardID, range: Range<Int>)] { stream?.interactions(of: current) ?? [] }

  /// How far each held shard is, in `ssp` and `async`.
  package var positions: [ShardPosition] {
    guard let stream, configuration.plan.consistency != .bsp else { return [] }
    return stream.positions(before: progress.step)
  }
}

/// An order from the Core to the Loop.
package enum WorkerDirective: Equatable, Sendable {
  /// Send each server its request: `writeRequest(for:into:)`.
  case sendRequests
  /// Read or write these rows' records or weights on a server: `writeBulk(_:for:into:)`.
  case sendBulk(ServerID, BulkRequest)
  /// The users' rows are here.
  case loaded
  /// No push follows until the next order.
  case paused
  /// The last push of the order is applied.
  case orderDone
  /// The servers hold the users' rows.
  case settled
  /// The rows for ranking are here: `rank`.
  case canRank
}
