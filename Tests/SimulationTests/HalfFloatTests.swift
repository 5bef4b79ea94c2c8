import CoordinatorCore
import Interactions
import Plan
import Simulation
import Testing

/// Half floats on the wire train as well as floats.
@Suite struct HalfFloatTests {
  private func train(
    _ consistency: Consistency, _ wire: WireFormat, workers: Int = 2, servers: Int = 2, interruptAt step: Int? = nil,
    resuming cut: SimulatedCut? = nil
  ) throws -> SimulatedCluster {
    let interactions = try SmallProblem.interactions()
    let plan = SmallProblem.plan { plan in
      plan.consistency = consistency
      plan.wire = wire
      plan.epochs = 6
      plan.cluster = ClusterShape(workers: workers, servers: servers)
    }
    let cluster = SimulatedCluster(
      plan: plan, interactions: interactions, cases: try SmallProblem.cases(of: interactions), networkSeed: 3,
      resuming: cut)
    cluster.interruptsAtStep = step
    try cluster.run()
    return cluster
  }

  private func losses(_ cluster: SimulatedCluster) -> [Double] { cluster.coordinator.history.epochs.map(\.loss) }

  @Test(arguments: [Consistency.bsp, .ssp(2), .async]) func lossIsThatOfFloats(_ consistency: Consistency) throws {
    let floats = losses(try train(consistency, .fp32))
    let halves = losses(try train(consistency, .fp16))
    #expect(floats.count == 6 && halves.count == 6)
    // The training learns, and halves follow it closely, but are not the same.
    #expect(floats[5] < 0.9 * floats[0])
    for (float, half) in zip(floats, halves) { #expect(abs(float - half) < 0.003 * float, "\(float) and \(half)") }
    #expect(floats != halves)
  }

  /// What rounding has taken from gradients so far is forgotten when a job stops; that is less than a gradient. As many
  /// workers go on, or fewer, which changes the momentum that is left to Adam for floats and halves alike.
  @Test(arguments: [Consistency.ssp(2), .async], [2, 5]) func resumedJobLearnsOn(
    _ consistency: Consistency, step: Int
  ) throws {
    let floats = losses(try train(consistency, .fp32))
    let samples = UInt64(try SmallProblem.interactions().count * 5)
    func resumed(_ wire: WireFormat, after workers: Int) throws -> [Double] {
      let stopped = try train(consistency, wire, workers: workers, interruptAt: step)
      let cluster = try train(consistency, wire, servers: 1, resuming: stopped.cut)
      #expect(cluster.coordinator.history.epochs.map(\.samples) == Array(repeating: samples, count: 6))
      return losses(cluster)
    }
    let last = try resumed(.fp16, after: 2)[5]
    #expect(abs(last - floats[5]) < 0.03 * floats[5], "\(last) and \(floats[5])")
    for (float, half) in zip(try resumed(.fp32, after: 3), try resumed(.fp16, after: 3)) {
      #expect(abs(float - half) < 0.003 * float, "\(float) and \(half)")
    }
  }
}
