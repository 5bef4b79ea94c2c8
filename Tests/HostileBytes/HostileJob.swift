import CoordinatorCore
import Interactions
import ParamServerCore
import Plan
import WorkerCore

/// A job of a few rows, whose members are sent hostile frames; an input's first byte chooses among its plans.
struct HostileJob {
  let plan: TrainingPlan
  let interactions: InteractionMatrix
  let cases: EvaluationCases
  static let job = JobID(rawValue: 7)
  static let membership = MembershipEpoch(rawValue: 1)

  init(variant: UInt8) {
    var plan = TrainingPlan()
    plan.model = .mf
    plan.factors = 1
    plan.batchSize = 10
    plan.epochs = 2
    plan.shards = 4
    plan.topK = 2
    plan.consistency = [.bsp, .ssp(1), .async, .bsp][Int(variant % 4)]
    plan.wire = variant % 4 == 2 ? .fp16 : .fp32
    // The tables of Adam's steps take a thousand times as long as a step.
    plan.optimizer = variant == 7 ? .adam : [.sgd, .adagrad][Int(variant % 2)]
    if plan.optimizer == .sgd { plan.momentum = 0.5 }
    plan.validation = variant % 4 == 1
    plan.cluster = ClusterShape(workers: 2, servers: 1, backups: variant & 16 == 0 ? 0 : 1)
    self.plan = plan
    do throws(InteractionsError) {
      interactions = try InteractionMatrix(itemsOfUsers: [[0, 1], [2], [1, 3], [0], [3]], items: 5)
      cases = try EvaluationCases(
        users: [0, 4], items: [2, 0], negatives: [3, 4, 1, 2], negativesPerCase: 2, userCount: 5, itemCount: 5)
    } catch { preconditionFailure("a small job: \(error)") }
  }

  var size: ProblemSize {
    ProblemSize(users: interactions.users, items: interactions.items, trainingInteractions: interactions.count)
  }

  private var placement: Placement { Placement(workers: plan.cluster.workers, servers: plan.cluster.servers) }

  var server: ServerConfiguration {
    ServerConfiguration(
      job: Self.job, membership: Self.membership, server: ServerID(0), plan: plan, size: size, placement: placement,
      restores: false)
  }

  func worker(_ index: Int) -> WorkerConfiguration {
    WorkerConfiguration(
      job: Self.job, membership: Self.membership, worker: WorkerID(index), plan: plan, size: size,
      placement: placement, shardMap: interactions.shardMap(into: plan.shardCount), interactions: interactions)
  }

  var coordinator: JobCoordinator {
    JobCoordinator(
      plan: plan, planBytes: [], size: size, job: Self.job, dataFingerprint: "d", resumingAt: nil,
      history: JobHistory(), at: 0)
  }
}
