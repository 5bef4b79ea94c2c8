import Plan
import Simulation
import Testing

@testable import neumf_bench

@Suite struct SingleProcessTests {
  private func data() throws -> TrainingData { TrainingData(interactions: try SmallProblem.interactions()) }

  private func plan(_ consistency: Consistency, workers: Int = 1) -> TrainingPlan {
    SmallProblem.plan {
      $0.consistency = consistency
      $0.cluster = ClusterShape(workers: workers, servers: 1)
    }
  }

  /// One worker that waits for nobody and the plain loop train the same.
  @Test func lossesAreThoseOfAWorkerAndAServer() throws {
    let data = try data()
    var single = SingleProcess(plan(.ssp(4)), data)
    let cluster = try MemoryCluster(plan(.ssp(4)), data)
    var losses: [Double] = []
    for epoch in 1...4 {
      let alone = single.train(epoch: epoch)
      let together = try cluster.train(epoch: epoch)
      #expect(alone.samples == together.samples && alone.samples == 5 * data.size.trainingInteractions)
      #expect(abs(alone.loss - together.loss) < 1e-5)
      losses.append(alone.loss)
    }
    #expect(losses[3] < losses[0])
  }

  @Test(arguments: [Consistency.bsp, .ssp(4)])
  func aServerTakesPreparedFramesAgain(_ consistency: Consistency) throws {
    let data = try data()
    let plan = plan(consistency, workers: 2)
    let cluster = try MemoryCluster(plan, data)
    let trained = try cluster.train(epoch: 1, steps: 3, keepingFrames: true)
    // Each worker's first frame only asks for rows.
    #expect(cluster.stepFrames.count == 8 && trained.samples > 0)
    var replay = ServerReplay(data.serverConfiguration(plan, restores: true), frames: cluster.stepFrames)
    let count = try replay.run()
    let again = try replay.run()
    #expect(count.pushes == 6 && again.pushes == 6)
    #expect(count.rows > 0 && count.rows == again.rows)
    #expect(count.bytesIn == cluster.stepFrames.reduce(0) { $0 + $1.bytes.count })
  }
}
