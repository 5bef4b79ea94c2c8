import CoordinatorCore
import Interactions
import Plan
import Simulation
import Testing
import Wire

/// Whoever dies, and when, the trained bits are those of a run in which nothing happened.
@Suite struct DeathTests {
  private func train(
    _ consistency: Consistency = .bsp, seed: UInt64, deaths: [SimulatedDeath] = []
  ) throws -> SimulatedCluster {
    let interactions = try SmallProblem.interactions()
    let plan = SmallProblem.plan { plan in
      plan.consistency = consistency
      plan.cluster = ClusterShape(workers: 3, servers: 2)
    }
    let cluster = SimulatedCluster(
      plan: plan, interactions: interactions, cases: try SmallProblem.cases(of: interactions), networkSeed: seed)
    cluster.deaths = deaths
    try cluster.run()
    return cluster
  }

  /// One to four deaths of anyone, anywhere in the run.
  private func deaths(seed: UInt64) -> [SimulatedDeath] {
    let stream = RandomStream(seed: seed, .simulation)
    let count = 1 + stream.index(below: 4, at: 0)
    let nodes: [Node] = [.worker(0), .worker(1), .worker(2), .server(0), .server(1)]
    return (0..<count).map { death in
      SimulatedDeath(
        afterDeliveries: 1 + Int(stream.index(below: 1200, at: 2 * UInt64(death) + 1)),
        node: nodes[Int(stream.index(below: 5, at: 2 * UInt64(death) + 2))])
    }.sorted { $0.afterDeliveries < $1.afterDeliveries }
  }

  @Test func bitsDoNotDependOnWhoDies() throws {
    let reference = try #require(try train(seed: 0).cut)
    var recoveries = 0
    for seed in UInt64(1)...60 {
      let cluster = try train(seed: seed, deaths: deaths(seed: seed))
      let cut = try #require(cluster.cut)
      #expect(
        cut.users == reference.users && cut.items == reference.items && cut.dense == reference.dense, "seed \(seed)")
      #expect(cluster.outcome == .done, "seed \(seed)")
      recoveries += cluster.coordinator.history.recoveries.count
    }
    #expect(recoveries > 60)
  }

  @Test(arguments: [Consistency.ssp(2), .async]) func everyPositiveIsTrainedOnce(_ consistency: Consistency) throws {
    let samples = UInt64(try SmallProblem.interactions().count * 5)
    for seed in UInt64(1)...30 {
      let cluster = try train(consistency, seed: seed, deaths: deaths(seed: seed))
      #expect(cluster.outcome == .done, "seed \(seed)")
      #expect(cluster.coordinator.history.epochs.allSatisfy { $0.samples == samples }, "seed \(seed)")
      let accounts = cluster.coordinator.finalAccounts
      let pushed = accounts.filter { $0.key.role == .worker }.values.reduce(0) { $0 + $1.updates }
      let applied = accounts.filter { $0.key.role == .server }.values.reduce(0) { $0 + $1.updates }
      #expect(pushed == applied, "seed \(seed)")
    }
  }
}
