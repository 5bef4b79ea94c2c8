import Plan
import Reduction
import Tables
package import Wire

/// One parameter server: its rows of the two tables and its slice of the dense weights, each with optimizer state
/// beside it, and the account of who pushed what.
///
/// It does not train user rows: each has one writer, the worker that holds its user, who reads the rows when it begins
/// and writes them back whenever the training settles.
///
/// Duties of the Loop: hand every frame to `receive`, then carry out the directives.
package struct ParameterShard: ~Copyable {
  package let configuration: ServerConfiguration
  let shape: NetworkShape
  var users: RowTable
  var items: RowTable
  /// The slice as one row.
  var dense: RowTable

  let seats: [WorkerSeat]
  /// Which epoch the workers are in, and in `bsp` which step is being collected.
  var epoch = Epoch(rawValue: 0)
  var collecting = Step(rawValue: 0)
  /// In `ssp` and `async`, the pushes applied since the epoch began, or was resumed.
  var pushesOfEpoch: UInt32 = 0
  /// What the request at hand contributes.
  var contributions: [TreeReducer.Entry] = []
  /// The contributions to that step, in order of arrival.
  var arrived: [TreeReducer.Entry] = []
  var arrivedShards = 0
  var reducer: TreeReducer
  /// Optimizer steps applied to the item rows and the dense weights.
  package internal(set) var optimizerStep: UInt64 = 0
  /// Who waits for which optimizer step.
  var awaiting: [(peer: Peer, request: BulkRequest)] = []

  /// Pushes applied, and pushes that had been applied before.
  package internal(set) var applied: UInt64 = 0
  package internal(set) var duplicates: UInt64 = 0

  package init(_ configuration: ServerConfiguration) {
    self.configuration = configuration
    let plan = configuration.plan
    shape = plan.shape
    let optimizer = OptimizerSettings(plan: plan, size: configuration.size)
    users = RowTable(
      rows: configuration.userCount, width: shape.rowWidth,
      optimizer: OptimizerSettings(plan: plan, size: configuration.size, writers: 1))
    items = RowTable(rows: configuration.itemCount, width: shape.rowWidth, optimizer: optimizer)
    dense = RowTable(rows: 1, width: configuration.denseRange.count, optimizer: optimizer)
    seats = (0..<configuration.placement.workers).map { _ in WorkerSeat() }
    reducer = TreeReducer(
      shards: plan.shardCount, width: shape.rowWidth, denseCount: configuration.denseRange.count)
    if !configuration.restores { drawInitialWeights() }
  }

  /// The initial weights are a function of seed and row, so it does not matter on which server a row is. What nobody
  /// has met begins, and stays, with zeros: its features alone speak for it.
  private mutating func drawInitialWeights() {
    let plan = configuration.plan
    let first = UInt32(configuration.server.rawValue)
    let stride = UInt32(configuration.placement.servers)
    var row = [Float](repeating: 0, count: shape.rowWidth)
    for index in 0..<users.rowCount {
      var span = row.mutableSpan
      InitialWeights.fillRow(
        first + UInt32(index) * stride, of: .user, shape: shape, seed: plan.seed, deviation: plan.initialDeviation,
        into: &span)
      users.setWeights(of: index, from: row.span)
    }
    let size = configuration.size
    for index in 0..<items.rowCount where !size.isCold(first + UInt32(index) * stride) {
      var span = row.mutableSpan
      let number = first + UInt32(index) * stride
      InitialWeights.fillRow(
        number, of: .item, shape: shape, seed: plan.seed,
        deviation: Int(number) < size.items ? plan.initialDeviation : plan.featureDeviation, into: &span)
      items.setWeights(of: index, from: row.span)
    }
    var slice = [Float](repeating: 0, count: configuration.denseRange.count)
    var span = slice.mutableSpan
    InitialWeights.fillDense(configuration.denseRange, shape: shape, seed: plan.seed, into: &span)
    dense.setWeights(of: 0, from: slice.span)
  }

  // MARK: frames in

  /// Takes a frame from a peer. Whatever is wrong with it is thrown before anything changed, or refused by name.
  package mutating func receive(
    _ frame: RawSpan, from peer: Peer, directives: inout [ServerDirective]
  ) throws(WireError) {
    var reader = FrameReader(frame)
    switch try FrameMark.read(&reader) {
    case .stepRequest:
      let request = try StepRequest(from: &reader, rowLimit: items.rowCount)
      try stepRequested(request, &reader, from: peer, directives: &directives)
    case .bulkRequest:
      let request = try BulkRequest(from: &reader)
      try bulkRequested(request, &reader, from: peer, directives: &directives)
    case .stepReply, .bulkReply, .control, .refusal, .laneOffer, .laneAcceptance, .laneNotice, .backupBegin,
      .backupReceipt, .backupLane:
      throw WireError("kind", "is not one that a server is sent")
    }
  }
}
