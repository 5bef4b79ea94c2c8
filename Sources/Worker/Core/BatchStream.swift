import Interactions
package import Plan
package import Wire

/// What an epoch asks of a worker, step by step.
package struct BatchStream {
  private let configuration: WorkerConfiguration
  private let schedule: BatchSchedule
  private let orders: [ShardOrder]
  private let sampler: NegativeSampler
  /// How many of each shard's interactions had been trained before the first step; zeros in `bsp`, where steps count
  /// from the epoch's beginning.
  private let offsets: [Int]
  private let firstStep: Step

  /// - Parameter positions: in `ssp` and `async`, how far each held shard has come in this epoch.
  package init(configuration: WorkerConfiguration, epoch: Epoch, step: Step, positions: [ShardPosition]) {
    self.configuration = configuration
    let map = configuration.shardMap
    let held = configuration.shards
    orders = held.map { ShardOrder(shard: ShardID($0), epoch: epoch, configuration: configuration) }
    sampler = NegativeSampler(
      interactions: configuration.index, items: configuration.size.knownItems, plan: configuration.plan, epoch: epoch)
    switch configuration.plan.consistency {
    case .bsp:
      schedule = BatchSchedule(interactions: map.interactions, perStep: configuration.plan.positivesPerStep)
      offsets = []
      firstStep = Step(rawValue: 0)
    case .ssp, .async:
      let trained = Dictionary(uniqueKeysWithValues: positions.map { (Int($0.shard.rawValue), Int($0.position)) })
      let offsets = held.map { trained[$0] ?? 0 }
      schedule = BatchSchedule(
        interactions: zip(held, offsets).map { map.interactions[$0] - $1 }, perStep: configuration.plan.positivesPerStep
      )
      self.offsets = offsets
      firstStep = step
    }
  }

  /// The steps of this worker's epoch.
  package var stepCount: Int { Int(firstStep.rawValue) + schedule.stepCount }

  /// Samples in a step of the optimizer, over all workers in `bsp`, of this worker otherwise.
  package func stepSamples(_ step: Step) -> Int {
    schedule.taken(in: relative(step)) * (1 + configuration.plan.negatives)
  }

  /// How far each held shard has come when `step` begins.
  func positions(before step: Step) -> [ShardPosition] {
    let positions = schedule.positions(before: relative(step))
    return configuration.shards.enumerated().map { index, shard in
      let taken = configuration.plan.consistency == .bsp ? positions[shard] : offsets[index] + positions[index]
      return ShardPosition(shard: ShardID(shard), position: UInt32(taken))
    }
  }

  /// Which interactions of each held shard, in the epoch's order, a batch takes.
  func interactions(of batch: StepBatch) -> [(shard: ShardID, range: Range<Int>)] {
    configuration.shards.enumerated().map { index, shard in
      let place = configuration.plan.consistency == .bsp ? shard : index
      let offset = offsets.isEmpty ? 0 : offsets[index]
      return (ShardID(shard), offset + batch.starts[place]..<offset + batch.ends[place])
    }
  }

  private func relative(_ step: Step) -> Step { Step(rawValue: step.rawValue - firstStep.rawValue) }

  /// Draws the samples of a step.
  package func fill(_ batch: inout StepBatch, step: Step) {
    batch.step = step
    schedule.positions(before: relative(step), into: &batch.starts)
    schedule.positions(before: relative(step).next, into: &batch.ends)
    let held = configuration.shards
    switch configuration.plan.consistency {
    case .bsp:
      for (index, shard) in held.enumerated() {
        batch.leaves[index].begin(ReductionTree.Node(level: 0, index: UInt16(shard)))
        append(batch.starts[shard]..<batch.ends[shard], ofHeld: index, to: &batch.leaves[index])
        batch.leaves[index].finish(configuration)
      }
    case .ssp, .async:
      batch.leaves[0].begin(ReductionTree.root(over: configuration.shardMap.count))
      for index in 0..<held.count {
        let positions = offsets[index] + batch.starts[index]..<offsets[index] + batch.ends[index]
        append(positions, ofHeld: index, to: &batch.leaves[0])
      }
      batch.leaves[0].finish(configuration)
    }
    batch.finish(placement: configuration.placement)
  }

  private func append(_ positions: Range<Int>, ofHeld index: Int, to leaf: inout LeafBatch) {
    leaf.append(
      positions, of: orders[index], sampler: sampler, configuration: configuration)
  }
}
