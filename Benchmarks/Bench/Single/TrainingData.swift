import ArgumentParser
import Datasets
import Interactions
import ParamServerCore
import Plan
import WorkerCore

/// The prepared interactions that a measurement trains on.
struct TrainingData {
  let interactions: InteractionMatrix
  let size: ProblemSize

  init(interactions: InteractionMatrix) {
    self.interactions = interactions
    size = ProblemSize(
      users: interactions.users, items: interactions.items, trainingInteractions: interactions.count)
  }

  /// - Parameter folder: what `neumf prepare` wrote
  init(folder: String) throws {
    self.init(
      interactions: try PreparedDataset(folder: folder, verify: false).trainingMatrix(excludingValidation: false))
  }

  /// What a worker of a job would know.
  func configuration(_ plan: TrainingPlan, worker: Int = 0) -> WorkerConfiguration {
    WorkerConfiguration(
      job: JobID(1), membership: MembershipEpoch(1), worker: WorkerID(worker), plan: plan, size: size,
      placement: Placement(workers: plan.cluster.workers, servers: plan.cluster.servers),
      shardMap: interactions.shardMap(into: plan.shardCount), interactions: interactions)
  }

  /// What the only server of a job would know.
  /// - Parameter restores: whether rows stay zeros until somebody writes them
  func serverConfiguration(_ plan: TrainingPlan, restores: Bool = false) -> ServerConfiguration {
    ServerConfiguration(
      job: JobID(1), membership: MembershipEpoch(1), server: ServerID(0), plan: plan, size: size,
      placement: Placement(workers: plan.cluster.workers, servers: 1), restores: restores)
  }
}

/// Where a measurement finds its data.
struct DataOptions: ParsableArguments {
  @Option(help: "The folder of prepared data, as `neumf prepare` wrote it.") var data: String
}
