import Kernels
import NeuralCF
import Plan
import Tables
import WorkerCore

/// The trainer's computation in one thread: no sockets, no frames, no reduction tree. What it reaches is what
/// distribution has to be measured against.
struct SingleProcess: ~Copyable {
  private let plan: TrainingPlan
  private let data: TrainingData
  private let shape: NetworkShape
  private let configuration: WorkerConfiguration
  private var users: RowTable
  private var items: RowTable
  private var dense: RowTable
  private var computation: GradientComputation
  private var buffers: Buffers
  private(set) var optimizerStep: UInt64 = 0

  /// What a step reads and computes.
  private struct Buffers: ~Copyable {
    var userRows: FloatBuffer
    var itemRows: FloatBuffer
    var dense: FloatBuffer
    var userGradients: FloatBuffer
    var itemGradients: FloatBuffer
    var denseGradients: FloatBuffer
  }

  init(_ plan: TrainingPlan, _ data: TrainingData) {
    var plan = plan
    // One leaf for all shards: nothing is added that need not be.
    plan.consistency = .async
    plan.cluster = ClusterShape(workers: 1, servers: 1)
    self.plan = plan
    self.data = data
    shape = plan.shape
    configuration = data.configuration(plan)
    let optimizer = OptimizerSettings(plan: plan, size: data.size)
    users = Self.table(.user, data.size.users, plan, optimizer)
    items = Self.table(.item, data.size.items, plan, optimizer)
    dense = Self.denseRow(plan, optimizer)
    computation = GradientComputation(shape: shape, sampleCapacity: plan.batchSize)
    let rows = plan.batchSize * shape.rowWidth
    buffers = Buffers(
      userRows: FloatBuffer(count: rows), itemRows: FloatBuffer(count: rows),
      dense: FloatBuffer(count: shape.denseCount), userGradients: FloatBuffer(count: rows),
      itemGradients: FloatBuffer(count: rows), denseGradients: FloatBuffer(count: shape.denseCount))
  }

  private static func table(
    _ table: TableID, _ count: Int, _ plan: TrainingPlan, _ optimizer: OptimizerSettings
  ) -> RowTable {
    var rows = RowTable(rows: count, width: plan.shape.rowWidth, optimizer: optimizer)
    var row = [Float](repeating: 0, count: plan.shape.rowWidth)
    for index in 0..<count {
      var span = row.mutableSpan
      InitialWeights.fillRow(
        UInt32(index), of: table, shape: plan.shape, seed: plan.seed, deviation: plan.initialDeviation, into: &span)
      rows.setWeights(of: index, from: row.span)
    }
    return rows
  }

  private static func denseRow(_ plan: TrainingPlan, _ optimizer: OptimizerSettings) -> RowTable {
    let count = plan.shape.denseCount
    var table = RowTable(rows: 1, width: count, optimizer: optimizer)
    var weights = [Float](repeating: 0, count: count)
    var span = weights.mutableSpan
    InitialWeights.fillDense(0..<count, shape: plan.shape, seed: plan.seed, into: &span)
    table.setWeights(of: 0, from: weights.span)
    return table
  }

  /// Trains one epoch, drawing included.
  mutating func train(epoch: Int) -> EpochResult {
    let began = ContinuousClock.now
    let stream = BatchStream(configuration: configuration, epoch: Epoch(epoch), step: Step(0), positions: [])
    var batch = StepBatch(leaves: 1, users: data.size.users, items: data.size.items, servers: 1)
    var (samples, loss) = (0, 0.0)
    for step in 0..<stream.stepCount {
      stream.fill(&batch, step: Step(step))
      loss += train(batch.leaves[0], samples: stream.stepSamples(Step(step)))
      samples += batch.sampleCount
    }
    return EpochResult(
      samples: samples, seconds: (ContinuousClock.now - began).inSeconds, loss: loss / Double(samples))
  }

  private mutating func train(_ leaf: LeafBatch, samples: Int) -> Double {
    let userRows = leaf.users.rows
    let itemRows = leaf.items.rows
    Self.read(userRows, users, after: optimizerStep, into: &buffers.userRows)
    Self.read(itemRows, items, after: optimizerStep, into: &buffers.itemRows)
    Self.read([0], dense, after: optimizerStep, into: &buffers.dense)
    let loss = Self.compute(&computation, leaf, width: shape.rowWidth, plan: plan, samples: samples, &buffers)
    optimizerStep += 1
    Self.apply(userRows, buffers.userGradients, to: &users, step: optimizerStep)
    Self.apply(itemRows, buffers.itemGradients, to: &items, step: optimizerStep)
    Self.apply([0], buffers.denseGradients, to: &dense, step: optimizerStep)
    return loss
  }

  // The buffers are arguments, so that each callee may open spans of several of them at once.

  private static func read(
    _ rows: [UInt32], _ table: borrowing RowTable, after step: UInt64, into buffer: inout FloatBuffer
  ) {
    var all = buffer.mutableSpan
    var target = all._mutatingExtracting(0..<rows.count * table.width)
    table.read(rows.span, after: step, into: &target)
  }

  private static func apply(
    _ rows: [UInt32], _ gradients: borrowing FloatBuffer, to table: inout RowTable, step: UInt64
  ) {
    table.apply(rows.span, gradients: gradients.span.extracting(0..<rows.count * table.width), step: step)
  }

  private static func compute(
    _ computation: inout GradientComputation, _ leaf: LeafBatch, width: Int, plan: TrainingPlan, samples: Int,
    _ buffers: inout Buffers
  ) -> Double {
    compute(
      &computation, leaf, width: width, plan: plan, samples: samples, buffers.userRows, buffers.itemRows,
      buffers.dense, &buffers.userGradients, &buffers.itemGradients, &buffers.denseGradients)
  }

  private static func compute(
    _ computation: inout GradientComputation, _ leaf: LeafBatch, width: Int, plan: TrainingPlan, samples: Int,
    _ userRows: borrowing FloatBuffer, _ itemRows: borrowing FloatBuffer, _ dense: borrowing FloatBuffer,
    _ userGradients: inout FloatBuffer, _ itemGradients: inout FloatBuffer, _ denseGradients: inout FloatBuffer
  ) -> Double {
    let userFloats = 0..<leaf.users.rows.count * width
    let itemFloats = 0..<leaf.items.rows.count * width
    var allUsers = userGradients.mutableSpan
    var allItems = itemGradients.mutableSpan
    var userTarget = allUsers._mutatingExtracting(userFloats)
    var itemTarget = allItems._mutatingExtracting(itemFloats)
    var denseTarget = denseGradients.mutableSpan
    computation.load(dense: dense.span)
    return computation.run(
      userRows: userRows.span.extracting(userFloats), itemRows: itemRows.span.extracting(itemFloats),
      userOfSample: leaf.userOfSample, itemOfSample: leaf.itemOfSample, targets: leaf.targets,
      dropout: nil, numbers: leaf.numbers, scale: 1 / Float(samples), l2: L2Penalty(plan),
      userGradients: &userTarget, itemGradients: &itemTarget, denseGradients: &denseTarget)
  }
}
