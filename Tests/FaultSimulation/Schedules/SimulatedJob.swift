import Faults
import Interactions
package import Plan
import Simulation

/// What is trained, and on what: drawn from a seed, and tiny, since thousands of them are.
package struct SimulatedJob: Sendable {
  package let plan: TrainingPlan
  let interactions: InteractionMatrix
  let cases: EvaluationCases
  let size: ProblemSize
  /// What the seed of the data and of the plan is; jobs of one kind have the same fault-free bits in `bsp`.
  let kind: Int
  /// Seconds that a worker computes for a step, at least and at most.
  let computing: ClosedRange<Double>
  /// Seconds that a frame is under way.
  let delay: ClosedRange<Double>
  /// One machine, whose processes `neumf train` looks after; else many, each with somebody who starts it again.
  let isSupervised: Bool

  package init(seed: UInt64) throws {
    var dice = Dice(seed: seed, 1)
    // Adam's tables take longer to draw up than all that is trained here.
    let kind = dice.element(of: [0, 0, 1, 1, 2])
    let consistency = dice.element(of: [Consistency.bsp, .bsp, .ssp(1), .ssp(3), .async])
    var cluster = ClusterShape(workers: 1 + dice.index(below: 3), servers: 1 + dice.index(below: 2))
    // Drawn apart, so that a seed means what it meant before there were backups.
    var backupDice = Dice(seed: seed, 4)
    if backupDice.chance(0.25) { cluster.backups = 1 }
    // One in eight computes for so long that epochs are cut in between.
    let pace = dice.chance(0.125) ? 6.0 : dice.magnitude(in: 0.02...0.5)
    let delay = dice.magnitude(in: 0.0002...0.05)
    try self.init(
      kind: kind, consistency: consistency, cluster: cluster, checkpointEvery: 1 + dice.index(below: 2),
      computing: pace / 2...pace, delay: delay / 10...delay, isSupervised: dice.chance(0.6))
  }

  init(
    kind: Int, consistency: Consistency, cluster: ClusterShape, checkpointEvery: Int, computing: ClosedRange<Double>,
    delay: ClosedRange<Double>, isSupervised: Bool
  ) throws {
    self.kind = kind
    plan = SmallProblem.plan { plan in
      plan.factors = 2
      plan.layers = [4, 2]
      plan.negatives = 1
      // About as many steps in all, whoever makes them.
      plan.batchSize = consistency == .bsp ? 24 : 8
      plan.shards = 4
      plan.epochs = 3
      plan.seed = UInt64(kind + 1)
      plan.optimizer = [OptimizerKind.adagrad, .sgd, .adam][kind]
      plan.momentum = kind == 1 ? 0.9 : 0
      plan.checkpointEvery = checkpointEvery
      plan.wire = kind == 2 ? .fp16 : .fp32
      plan.averaging = 0.6
      plan.consistency = consistency
      plan.cluster = cluster
    }
    interactions = try SmallProblem.interactions(users: 8, items: 26, seed: UInt64(kind + 1))
    cases = try SmallProblem.cases(of: interactions)
    size = ProblemSize(
      users: interactions.users, items: interactions.items, trainingInteractions: interactions.count)
    self.computing = computing
    self.delay = delay
    self.isSupervised = isSupervised
  }

  /// Every process, the coordinator first.
  var nodes: [FaultNode] {
    [FaultNode(.coordinator)] + (0..<plan.cluster.serverProcesses).map { FaultNode(.server, $0) }
      + (0..<plan.cluster.workers).map { FaultNode(.worker, $0) }
  }

  var shardMap: ShardMap { interactions.shardMap(into: plan.shardCount) }

  /// The same plan with a bound that nobody comes to.
  var patientPlan: TrainingPlan {
    var plan = plan
    if case .ssp = plan.consistency { plan.consistency = .ssp(1000) }
    return plan
  }

  /// The same training with one worker and one server.
  func alone() throws -> SimulatedJob {
    try SimulatedJob(
      kind: kind, consistency: .bsp, cluster: ClusterShape(workers: 1, servers: 1), checkpointEvery: 1,
      computing: 0.01...0.01, delay: 0.001...0.001, isSupervised: true)
  }

  /// About how many seconds it takes where nothing goes wrong.
  package var expectedSeconds: Double {
    let steps = Double(plan.epochs * plan.stepsPerEpoch(of: size))
    return 1 + steps * (computing.upperBound + 2 * delay.upperBound) + Double(plan.epochs) * 20 * delay.upperBound
  }
}
