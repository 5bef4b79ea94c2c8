import Kernels
import NeuralCF
import Plan
import Reduction
import Tables
import Wire

extension ShardTrainer {
  /// Computes the gradients of the current batch, updates the users, and prepares the push that also asks for the
  /// next rows.
  package mutating func computeStep(directives: inout [WorkerDirective]) {
    precondition(canCompute, "a step computed while \(state)")
    guard let stream else { preconditionFailure("a step computed without an order") }
    sampleAhead()
    Self.load(dense, into: &computation)
    let stepSamples = stream.stepSamples(current.step)
    let scale = 1 / Float(stepSamples)
    for index in current.leaves.indices { compute(leaf: index, scale: scale) }
    roundGradients()
    samples += UInt64(current.sampleCount)
    if let point = AveragingPoint(after: current.step, of: stream.stepCount, in: epoch) {
      users.average(at: point, step: optimizerStep + 1)
    }

    let step = current.step
    let isLast = step.next >= until
    if !isLast { swap(&current, &following) }
    followingIsDrawn = false
    let missing = configuration.placement.servers
    state = isLast ? .awaitingLast(repliesMissing: missing) : .awaitingRows(repliesMissing: missing)
    prepareRequests(step: step, pushes: true, wantsCurrent: !isLast)
    pushes += UInt64(missing)
    directives.append(.sendRequests)
  }

  private mutating func compute(leaf index: Int, scale: Float) {
    let leaf = current.leaves[index]
    let width = shape.rowWidth
    let userRows = leaf.users.rows
    let itemRowIDs = leaf.items.rows
    Self.grow(&leafUserRows, to: userRows.count * width)
    Self.grow(&leafItemRows, to: itemRowIDs.count * width)
    Self.grow(&leafUserGradients, to: userRows.count * width)
    Self.read(userRows, of: users, after: optimizerStep, into: &leafUserRows)
    if configuration.features == nil {
      Self.gather(current.itemPlaces[index], of: itemRows, width: width, into: &leafItemRows)
    } else {
      gatherCompleted(index, leaf)
    }

    let dropout = Dropout(share: configuration.plan.dropout, seed: configuration.plan.seed, epoch: epoch)
    let gradient = reducer.blank()
    gradient.setRows(itemRowIDs.span)
    let l2 = L2Penalty(configuration.plan)
    let leafLoss = gradient.withMutableValues { (itemGradients, denseGradients) in
      guard configuration.features == nil else {
        return runCompleted(leaf, dropout, scale, l2, &itemGradients, &denseGradients)
      }
      return Self.run(
        &computation, leaf, userRows: leafUserRows, itemRows: leafItemRows, dropout: dropout, scale: scale,
        l2: l2, userGradients: &leafUserGradients, width: width, &itemGradients, &denseGradients)
    }
    count(loss: leafLoss)
    reducer.add(gradient, at: leaf.node)
    Self.apply(userRows, leafUserGradients, to: &users, step: optimizerStep + 1)
  }

  // Limit: seventeen billion samples of loss 1; the sums of 32 such workers do not overflow.
  private static let lossLimit = 0x1p58

  /// Adds a leaf's loss, or sees that the training has diverged.
  private mutating func count(loss leafLoss: Double) {
    let units = (leafLoss / Progress.lossUnit).rounded()
    guard abs(Double(loss) + units) < Self.lossLimit else {
      hasDiverged = true
      return
    }
    loss += Int64(units)
  }

  /// Makes half floats of the gradients that travel as such, and carries what that loses over to the next step. It
  /// is done once per step, however often a request is written.
  private mutating func roundGradients() {
    guard configuration.plan.gradientWire == .fp16 else { return }
    let factor = configuration.plan.gradientScale
    for entry in reducer.entries { Self.round(entry.gradient, times: factor, remainders: &remainders) }
  }

  // The buffers are arguments, so that each callee may open spans of several of them at once.

  private static func load(_ dense: borrowing FloatBuffer, into computation: inout GradientComputation) {
    computation.load(dense: dense.span)
  }

  static func run(
    _ computation: inout GradientComputation, _ leaf: LeafBatch, userRows: borrowing FloatBuffer,
    itemRows: borrowing FloatBuffer, dropout: Dropout?, scale: Float, l2: L2Penalty, userGradients: inout FloatBuffer,
    width: Int,
    _ itemGradients: inout MutableSpan<Float>, _ denseGradients: inout MutableSpan<Float>
  ) -> Double {
    var all = userGradients.mutableSpan
    var target = all._mutatingExtracting(0..<leaf.users.rows.count * width)
    return computation.run(
      userRows: userRows.span.extracting(0..<leaf.users.rows.count * width),
      itemRows: itemRows.span.extracting(0..<leaf.itemCount * width), userOfSample: leaf.userOfSample,
      itemOfSample: leaf.itemOfSample, targets: leaf.targets, dropout: dropout, numbers: leaf.numbers, scale: scale,
      l2: l2, userGradients: &target,
      itemGradients: &itemGradients, denseGradients: &denseGradients)
  }

  private static func read(
    _ rows: [UInt32], of table: borrowing RowTable, after step: UInt64, into buffer: inout FloatBuffer
  ) {
    let width = table.width
    var all = buffer.mutableSpan
    var target = all._mutatingExtracting(0..<rows.count * width)
    table.read(rows.span, after: step, into: &target)
  }

  static func gather(
    _ places: [UInt32], of source: borrowing FloatBuffer, width: Int, into buffer: inout FloatBuffer
  ) {
    var target = buffer.mutableSpan
    gatherRows(places.span, of: source.span, width: width, into: &target)
  }

  private static func apply(
    _ rows: [UInt32], _ gradients: borrowing FloatBuffer, to table: inout RowTable, step: UInt64
  ) {
    table.apply(rows.span, gradients: gradients.span.extracting(0..<rows.count * table.width), step: step)
  }

  private static func round(_ gradient: SparseGradient, times factor: Float, remainders: inout FloatBuffer) {
    let rows = gradient.rows
    var remainders = remainders.mutableSpan
    gradient.withMutableValues { values, _ in
      roundRows(rows.span, &values, width: gradient.width, times: factor, remainders: &remainders)
    }
  }

  static func grow(_ buffer: inout FloatBuffer, to count: Int) {
    if buffer.count < count { buffer = FloatBuffer(count: max(count, 2 * buffer.count)) }
  }
}
