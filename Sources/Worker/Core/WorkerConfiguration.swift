package import Interactions
package import Plan

/// What a worker knows before the first batch.
package struct WorkerConfiguration: Sendable {
  package let job: JobID
  package let membership: MembershipEpoch
  package let worker: WorkerID
  package let plan: TrainingPlan
  package let size: ProblemSize
  package let placement: Placement
  package let shardMap: ShardMap
  /// The shards that this worker trains.
  package let shards: Range<Int>
  /// Their users, a run of rows.
  package let users: Range<Int>
  /// The training interactions of all users.
  package let interactions: InteractionMatrix
  /// What items are described by, where that is used.
  package let features: ItemFeatures?
  /// What the scores of ratings stand for, where ratings are learnt.
  let ratings: RatingNormalizer?
  /// Those of this worker's users.
  let index: InteractionIndex
  /// The floats of the dense weights.
  let denseCount: Int

  package init(
    job: JobID, membership: MembershipEpoch, worker: WorkerID, plan: TrainingPlan, size: ProblemSize,
    placement: Placement, shardMap: ShardMap, interactions: InteractionMatrix, features: ItemFeatures? = nil
  ) {
    self.job = job
    self.membership = membership
    self.worker = worker
    self.plan = plan
    self.size = size
    self.placement = placement
    self.shardMap = shardMap
    self.interactions = interactions
    self.features = features
    precondition(
      features?.count ?? 0 == size.features, "\(features?.count ?? 0) features, and \(size.features) in the job")
    denseCount = plan.shape.denseCount
    ratings = plan.objective == .rating ? RatingNormalizer(interactions, plan: plan) : nil
    precondition(plan.objective == .implicit || ratings != nil, "ratings are to be learnt, and there are none")
    shards = placement.shards(of: shardMap.count, for: worker)
    users = shards.isEmpty ? 0..<0 : shardMap.bounds[shards.lowerBound]..<shardMap.bounds[shards.upperBound]
    index = InteractionIndex(interactions, users: users)
  }

  /// A server's slice of the dense weights.
  func denseRange(on server: ServerID) -> Range<Int> { placement.denseRange(of: denseCount, on: server) }
}
