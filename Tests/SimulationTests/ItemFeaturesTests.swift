import CoordinatorCore
import Interactions
import Plan
import Simulation
import Testing

/// Items that are described by features: their rows and those of the features are trained together.
@Suite struct ItemFeaturesTests {
  private func train(
    workers: Int, servers: Int, networkSeed: UInt64, interruptAt step: Int? = nil, resuming cut: SimulatedCut? = nil,
    features: ItemFeatures?, coldItems: Int = 0, _ change: (inout TrainingPlan) -> Void = { _ in }
  ) throws -> SimulatedCluster {
    let interactions = try SmallProblem.interactions()
    let plan = SmallProblem.plan { plan in
      plan.l2 = 0.001
      change(&plan)
      plan.cluster = ClusterShape(workers: workers, servers: servers)
    }
    let cluster = SimulatedCluster(
      plan: plan, interactions: interactions, cases: try SmallProblem.cases(of: interactions),
      rated: plan.objective == .rating ? try SmallProblem.rated(of: interactions) : nil, features: features,
      coldItems: coldItems, networkSeed: networkSeed, delay: 0.0001...(networkSeed == 0 ? 0.0001 : 0.05), resuming: cut)
    cluster.interruptsAtStep = step
    try cluster.run()
    return cluster
  }

  private func parameters(_ cluster: SimulatedCluster) throws -> [[UInt8]] {
    let cut = try #require(cluster.cut)
    return cut.users + cut.items + [cut.dense]
  }

  @Test(arguments: ModelKind.allCases, Objective.allCases)
  func bitsDoNotDependOnPlacement(_ model: ModelKind, _ objective: Objective) throws {
    let change = { (plan: inout TrainingPlan) in
      plan.model = model
      plan.objective = objective
      if objective == .rating { plan.negatives = 0 }
    }
    let features = try SmallProblem.features()
    let reference = try train(workers: 1, servers: 1, networkSeed: 0, features: features, change)
    #expect(try #require(reference.cut).items.count == 36)
    for (workers, servers, seed) in [(3, 2, 5), (2, 3, 6), (8, 1, 7)] as [(Int, Int, UInt64)] {
      let other = try train(workers: workers, servers: servers, networkSeed: seed, features: features, change)
      #expect(try parameters(reference) == parameters(other))
      #expect(reference.coordinator.history.epochs.map(\.loss) == other.coordinator.history.epochs.map(\.loss))
      #expect(reference.coordinator.history.epochs.map(\.test) == other.coordinator.history.epochs.map(\.test))
    }
    let plain = try train(workers: 1, servers: 1, networkSeed: 0, features: nil, change)
    #expect(try parameters(reference).prefix(70) != parameters(plain).prefix(70))
  }

  @Test(arguments: 1..<6, WireFormat.allCases)
  func interruptedJobGoesOnToTheSameBits(step: Int, wire: WireFormat) throws {
    let change = { (plan: inout TrainingPlan) in plan.wire = wire }
    let features = try SmallProblem.features()
    let reference = try train(workers: 1, servers: 1, networkSeed: 0, features: features, change)
    let stopped = try train(
      workers: 3, servers: 2, networkSeed: UInt64(step), interruptAt: step, features: features, change)
    let resumed = try train(
      workers: 2, servers: 3, networkSeed: 99, resuming: stopped.cut, features: features, change)
    #expect(try parameters(reference) == parameters(resumed))
  }

  @Test(arguments: [Consistency.async, .ssp(1)], WireFormat.allCases)
  func everyPositiveIsTrainedOnceWithoutBarrier(_ consistency: Consistency, wire: WireFormat) throws {
    let cluster = try train(workers: 3, servers: 2, networkSeed: 3, features: try SmallProblem.features()) {
      $0.consistency = consistency
      $0.wire = wire
    }
    let samples = UInt64(try SmallProblem.interactions().count * 5)
    #expect(cluster.coordinator.history.epochs.map(\.samples) == [samples, samples])
  }

  /// Features that no item has change nothing of the rest, whatever the arithmetic behind them.
  @Test func whatDescribesNothingChangesNothing() throws {
    let none = try ItemFeatures(offsets: Array(repeating: 0, count: 31), features: [], weights: [], count: 2)
    let change = { (plan: inout TrainingPlan) in plan.l2 = 0 }
    let plain = try train(workers: 2, servers: 2, networkSeed: 1, features: nil, change)
    let described = try train(workers: 2, servers: 2, networkSeed: 1, features: none, change)
    let cut = try #require(described.cut)
    #expect(try parameters(plain) == cut.users + cut.items.prefix(30) + [cut.dense])
  }

  @Test func featuresBeginAsWideAsThePlanSays() throws {
    let features = try SmallProblem.features()
    let wide = try train(workers: 1, servers: 2, networkSeed: 1, features: features)
    let narrow = try train(workers: 1, servers: 2, networkSeed: 1, features: features) { $0.featureDeviation = 0.01 }
    #expect(try parameters(wide) != parameters(narrow))
  }

  /// Nobody has met the last items, and nobody is told that they are disliked.
  @Test func coldItemsStayAtZero() throws {
    let interactions = try SmallProblem.interactions(items: 30)
    let plan = SmallProblem.plan()
    let wider = try InteractionMatrix(
      itemsOfUsers: (0..<interactions.users).map { user in
        let items = interactions.items(of: Row(user))
        return items.indices.map { items[$0] }
      }, items: 33)
    let cluster = SimulatedCluster(
      plan: plan, interactions: wider, cases: try SmallProblem.cases(of: interactions),
      features: try SmallProblem.features(items: 33), coldItems: 3, networkSeed: 1)
    try cluster.run()
    let cut = try #require(cluster.cut)
    #expect(cut.items.count == 39)
    for row in 0..<39 { #expect(cut.items[row].allSatisfy { $0 == 0 } == (30..<33).contains(row)) }
  }
}
