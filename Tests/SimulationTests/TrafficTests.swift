import Interactions
import Plan
import Simulation
import Testing

/// What a step costs in frames and bytes. The figures change only with the protocol or the plan, and then on purpose.
@Suite struct TrafficTests {
  private func traffic(_ consistency: Consistency, _ wire: WireFormat = .fp32, epochs: Int) throws -> Traffic {
    let interactions = try SmallProblem.interactions(users: 100, items: 120)
    let plan = SmallProblem.plan { plan in
      plan.consistency = consistency
      plan.wire = wire
      plan.epochs = epochs
      plan.batchSize = 250
      plan.cluster = ClusterShape(workers: 2, servers: 2)
    }
    let cluster = SimulatedCluster(
      plan: plan, interactions: interactions, cases: try SmallProblem.cases(of: interactions), networkSeed: 3)
    try cluster.run()
    return cluster.traffic
  }

  /// A request and a reply per worker, server and step, and at an epoch's beginning a request for the first rows;
  /// beside them each epoch writes the users back and reads the items and dense weights to rank: a request and a reply
  /// each.
  @Test func framesOfAnEpoch() throws {
    let positives = try SmallProblem.interactions(users: 100, items: 120).count
    let steps = (positives + 49) / 50
    let links = 2 * 2
    let epoch = 2 * links * (steps + 1) + 2 * links * 3
    let (one, three) = (try traffic(.bsp, epochs: 1), try traffic(.bsp, epochs: 3))
    #expect(three.frames - one.frames == 2 * epoch)
  }

  @Test(arguments: [
    (Consistency.bsp, WireFormat.fp32, 1_984_376), (.bsp, .fp16, 1_592_936), (.ssp(2), .fp32, 1_328_968),
    (.ssp(2), .fp16, 798_056),
  ]) func bytesOfTwoEpochs(_ consistency: Consistency, wire: WireFormat, bytes: Int) throws {
    let (one, three) = (try traffic(consistency, wire, epochs: 1), try traffic(consistency, wire, epochs: 3))
    #expect(three.bytes - one.bytes == bytes)
  }
}
