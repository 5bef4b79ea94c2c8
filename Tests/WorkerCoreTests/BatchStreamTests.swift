import Interactions
import Plan
import Simulation
import Testing
import Wire

@testable import WorkerCore

/// An epoch of one worker that holds all shards.
@Suite struct BatchStreamTests {
  private struct Sample: Hashable {
    let user: Int
    let item: UInt32
  }

  /// The positives and the negatives of every step.
  private func steps(
    _ matrix: InteractionMatrix, _ consistency: Consistency
  ) -> [(positives: [Sample], negatives: [Sample])] {
    let plan = SmallProblem.plan { $0.consistency = consistency }
    let configuration = WorkerConfiguration(
      job: JobID(1), membership: MembershipEpoch(1), worker: WorkerID(0), plan: plan,
      size: ProblemSize(users: matrix.users, items: matrix.items, trainingInteractions: matrix.count),
      placement: Placement(workers: 1, servers: 1), shardMap: matrix.shardMap(into: plan.shardCount),
      interactions: matrix)
    let stream = BatchStream(configuration: configuration, epoch: Epoch(1), step: Step(0), positions: [])
    var batch = StepBatch(
      leaves: consistency == .bsp ? plan.shardCount : 1, users: matrix.users, items: matrix.items, servers: 1)
    return (0..<stream.stepCount).map { step in
      stream.fill(&batch, step: Step(step))
      var (positives, negatives): ([Sample], [Sample]) = ([], [])
      for leaf in batch.leaves {
        for index in leaf.targets.indices {
          let sample = Sample(
            user: Int(leaf.users.rows[Int(leaf.userOfSample[index])]),
            item: leaf.items.rows[Int(leaf.itemOfSample[index])])
          if leaf.targets[index] == 1 { positives.append(sample) } else { negatives.append(sample) }
        }
      }
      return (positives, negatives)
    }
  }

  @Test(arguments: [Consistency.bsp, .async])
  func everyPositiveIsTakenOnceAndEveryUserGetsItsNegatives(_ consistency: Consistency) throws {
    let matrix = try SmallProblem.interactions()
    let steps = steps(matrix, consistency)
    let expected = (0..<matrix.users).flatMap { user in
      matrix.range(of: Row(user)).map { Sample(user: user, item: matrix.item(at: $0).rawValue) }
    }
    let positives = steps.flatMap(\.positives)
    #expect(positives.count == expected.count && Set(positives) == Set(expected))
    let negatives = Dictionary(grouping: steps.flatMap(\.negatives), by: \.user)
    for user in 0..<matrix.users {
      #expect(negatives[user]?.count == 4 * matrix.range(of: Row(user)).count)
      let known = Set(matrix.range(of: Row(user)).map { matrix.item(at: $0).rawValue })
      #expect(negatives[user]?.contains { known.contains($0.item) } == false)
    }
  }
}

@Suite struct NegativeSamplerTests {
  private func sampler(_ matrix: InteractionMatrix, epoch: UInt32 = 1) -> NegativeSampler {
    NegativeSampler(
      interactions: InteractionIndex(matrix, users: 0..<matrix.users), items: matrix.items, plan: SmallProblem.plan(),
      epoch: Epoch(epoch))
  }

  @Test func negativesAreNeverTrainingPositives() throws {
    let matrix = try SmallProblem.interactions()
    let negatives = sampler(matrix)
    for user in 0..<matrix.users {
      for interaction in matrix.range(of: Row(user)) {
        for index in 0..<4 {
          let item = negatives.negative(index, ofInteraction: interaction, user: Row(user))
          #expect(!matrix.contains(user: Row(user), item: item))
        }
      }
    }
  }

  @Test func negativesAreDrawnAnewEachEpoch() throws {
    let matrix = try SmallProblem.interactions()
    func draws(_ epoch: UInt32) -> [Row] {
      let negatives = sampler(matrix, epoch: epoch)
      return (0..<100).map { negatives.negative(0, ofInteraction: $0, user: Row(0)) }
    }
    #expect(draws(1) == draws(1))
    #expect(draws(1) != draws(2))
  }

  /// Each item that the user does not know is drawn equally often.
  @Test func negativesAreUniform() throws {
    let matrix = try InteractionMatrix(itemsOfUsers: [[0, 3, 4]], items: 8)
    let negatives = sampler(matrix)
    var counts = [Int](repeating: 0, count: 8)
    for draw in 0..<50_000 {
      counts[Int(negatives.negative(0, ofInteraction: draw, user: Row(0)).rawValue)] += 1
    }
    for item in [1, 2, 5, 6, 7] { #expect(abs(counts[item] - 10_000) < 450) }
    for item in [0, 3, 4] { #expect(counts[item] == 0) }
  }

  /// A user who knows all but one item gets that one.
  @Test func lastFreeItemIsFound() throws {
    let matrix = try InteractionMatrix(itemsOfUsers: [Array(1..<5000)], items: 5000)
    let negatives = sampler(matrix)
    #expect(negatives.negative(0, ofInteraction: 17, user: Row(0)) == Row(0))
  }
}
