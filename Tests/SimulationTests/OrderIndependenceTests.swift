import CoordinatorCore
import Interactions
import Plan
import Ranking
import Simulation
import Testing

/// In `bsp` the trained bits are those of one worker and one server on a network without delays, whatever happens.
@Suite struct OrderIndependenceTests {
  private func train(
    workers: Int, servers: Int, networkSeed: UInt64, interruptAt step: Int? = nil, resuming cut: SimulatedCut? = nil,
    _ change: (inout TrainingPlan) -> Void = { _ in }
  ) throws -> SimulatedCluster {
    let interactions = try SmallProblem.interactions()
    let plan = SmallProblem.plan { plan in
      change(&plan)
      plan.cluster = ClusterShape(workers: workers, servers: servers)
    }
    let cluster = SimulatedCluster(
      plan: plan, interactions: interactions, cases: try SmallProblem.cases(of: interactions),
      rated: plan.objective == .rating ? try SmallProblem.rated(of: interactions) : nil, networkSeed: networkSeed,
      delay: 0.0001...(networkSeed == 0 ? 0.0001 : 0.05), resuming: cut)
    cluster.interruptsAtStep = step
    try cluster.run()
    return cluster
  }

  private func parameters(_ cluster: SimulatedCluster) throws -> [[UInt8]] {
    let cut = try #require(cluster.cut)
    return cut.users + cut.items + [cut.dense]
  }

  @Test(arguments: [(1, 2), (2, 1), (2, 2), (3, 1), (3, 3), (4, 2), (8, 3)], [1, 2])
  func bitsDoNotDependOnPlacementOrDelays(_ shape: (Int, Int), seed: Int) throws {
    let reference = try train(workers: 1, servers: 1, networkSeed: 0)
    let other = try train(workers: shape.0, servers: shape.1, networkSeed: UInt64(seed))
    #expect(other.outcome == .done)
    #expect(try parameters(reference) == parameters(other))
    #expect(reference.coordinator.history.epochs.map(\.test) == other.coordinator.history.epochs.map(\.test))
    #expect(reference.coordinator.history.epochs.map(\.loss) == other.coordinator.history.epochs.map(\.loss))
  }

  @Test(arguments: ModelKind.allCases, OptimizerKind.allCases)
  func bitsDoNotDependOnPlacementForAnyModel(_ model: ModelKind, _ optimizer: OptimizerKind) throws {
    let change = { (plan: inout TrainingPlan) in
      plan.model = model
      plan.optimizer = optimizer
      plan.momentum = optimizer == .sgd ? 0.9 : 0
      plan.l2 = 0.001
      plan.averaging = 0.6
    }
    let reference = try train(workers: 1, servers: 1, networkSeed: 0, change)
    let other = try train(workers: 3, servers: 2, networkSeed: 5, change)
    #expect(try parameters(reference) == parameters(other))
  }

  @Test(arguments: ModelKind.allCases, RatingNormalization.allCases)
  func bitsDoNotDependOnPlacementForRatings(_ model: ModelKind, _ normalization: RatingNormalization) throws {
    let change = { (plan: inout TrainingPlan) in
      plan.model = model
      plan.objective = .rating
      plan.negatives = 0
      plan.normalization = normalization
      plan.biases = true
      plan.epochs = 8
    }
    let reference = try train(workers: 1, servers: 1, networkSeed: 0, change)
    let other = try train(workers: 3, servers: 2, networkSeed: 5, change)
    #expect(try parameters(reference) == parameters(other))
    let errors = reference.coordinator.history.epochs.compactMap(\.testErrors)
    #expect(errors == other.coordinator.history.epochs.compactMap(\.testErrors))
    #expect(errors.count == 8 && errors.allSatisfy { $0.cases == 40 })
    #expect(try #require(errors.last).rmse < #require(errors.first).rmse)
    let samples = try SmallProblem.interactions().count
    #expect(reference.coordinator.history.epochs.allSatisfy { $0.samples == UInt64(samples) })
  }

  @Test(arguments: ActivationKind.allCases, [[8], [8, 4], [8, 7, 5]])
  func bitsDoNotDependOnPlacementForAnyTower(_ activation: ActivationKind, _ layers: [Int]) throws {
    let change = { (plan: inout TrainingPlan) in
      plan.activation = activation
      plan.layers = layers
      plan.dropout = layers.count > 1 ? 0.3 : 0
    }
    let reference = try train(workers: 1, servers: 1, networkSeed: 0, change)
    let other = try train(workers: 3, servers: 2, networkSeed: 5, change)
    #expect(try parameters(reference) == parameters(other))
    #expect(reference.coordinator.history.epochs.map(\.loss) == other.coordinator.history.epochs.map(\.loss))
    let plain = try train(workers: 1, servers: 1, networkSeed: 0) { $0.layers = layers }
    #expect(try (parameters(reference) == parameters(plain)) == (layers.count == 1))
  }

  /// Rows are rounded one by one, and gradients not at all.
  @Test(arguments: [(1, 2), (2, 1), (3, 1), (4, 2), (8, 3)])
  func bitsDoNotDependOnPlacementWithHalves(_ shape: (Int, Int)) throws {
    let reference = try train(workers: 1, servers: 1, networkSeed: 0) { $0.wire = .fp16 }
    let other = try train(workers: shape.0, servers: shape.1, networkSeed: 7) { $0.wire = .fp16 }
    #expect(try parameters(reference) == parameters(other))
    let floats = try train(workers: 1, servers: 1, networkSeed: 0)
    #expect(try parameters(reference) != parameters(floats))
  }

  @Test(arguments: 1..<12, WireFormat.allCases)
  func interruptedJobGoesOnToTheSameBits(step: Int, wire: WireFormat) throws {
    let change = { (plan: inout TrainingPlan) in plan.wire = wire }
    let reference = try train(workers: 1, servers: 1, networkSeed: 0, change)
    let stopped = try train(workers: 3, servers: 2, networkSeed: UInt64(step), interruptAt: step, change)
    guard case .interrupted(let position) = stopped.outcome else {
      Issue.record("ended with \(String(describing: stopped.outcome))")
      return
    }
    #expect(position.completedEpochs < 2)
    let resumed = try train(workers: 2, servers: 3, networkSeed: 99, resuming: stopped.cut, change)
    #expect(try parameters(reference) == parameters(resumed))
    #expect(reference.coordinator.history.epochs.map(\.loss) == resumed.coordinator.history.epochs.map(\.loss))
    #expect(reference.coordinator.history.epochs.map(\.samples) == resumed.coordinator.history.epochs.map(\.samples))
  }

  @Test(arguments: [Consistency.async, .ssp(1), .ssp(4)], [1, 2, 3])
  func everyPositiveIsTrainedOncePerEpoch(_ consistency: Consistency, seed: Int) throws {
    let cluster = try train(workers: 3, servers: 2, networkSeed: UInt64(seed)) { $0.consistency = consistency }
    let samples = UInt64(try SmallProblem.interactions().count * 5)
    #expect(cluster.outcome == .done)
    #expect(cluster.coordinator.history.epochs.map(\.samples) == [samples, samples])
  }

  @Test(arguments: [Consistency.async, .ssp(1)], 1..<6)
  func interruptedJobLosesNothingWithoutBarrier(_ consistency: Consistency, step: Int) throws {
    let stopped = try train(workers: 3, servers: 2, networkSeed: 4, interruptAt: step) { $0.consistency = consistency }
    let resumed = try train(workers: 2, servers: 1, networkSeed: 5, resuming: stopped.cut) {
      $0.consistency = consistency
    }
    let samples = UInt64(try SmallProblem.interactions().count * 5)
    #expect(resumed.coordinator.history.epochs.map(\.samples) == [samples, samples])
  }
}
