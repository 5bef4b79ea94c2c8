import Interactions
import Plan
import WorkerCore

/// Drawing a step: its positives, their negatives, the distinct rows of both.
enum SamplerStairs {
  static func climb(_ data: TrainingData, on staircase: inout Staircase) {
    for consistency in [Consistency.bsp, .async] { climb(data, consistency, on: &staircase) }
  }

  private static func climb(_ data: TrainingData, _ consistency: Consistency, on staircase: inout Staircase) {
    var plan = TrainingPlan()
    plan.batchSize = 4096
    plan.consistency = consistency
    plan.cluster = ClusterShape(workers: 1, servers: 1)
    let configuration = data.configuration(plan)
    let stream = BatchStream(configuration: configuration, epoch: Epoch(1), step: Step(0), positions: [])
    let leaves = consistency == .bsp ? plan.shardCount : 1
    var batch = StepBatch(leaves: leaves, users: data.size.users, items: data.size.items, servers: 1)
    var sampler = PlainSampler(data.interactions, plan: plan)
    let perStep = plan.positivesPerStep
    // The last step may be short.
    let steps = data.interactions.count / perStep
    var (plainStep, step) = (0, 0)
    let plain = {
      let first = plainStep % steps * perStep
      sampler.draw(first..<first + perStep)
      plainStep += 1
    }
    let fast = {
      stream.fill(&batch, step: Step(step % steps))
      step += 1
    }
    plain()
    fast()
    precondition(
      sampler.sampleCount == batch.sampleCount, "\(sampler.sampleCount) samples and \(batch.sampleCount)")
    staircase.compare(
      "sampler", "\(batch.sampleCount) samples, \(leaves) \(leaves == 1 ? "leaf" : "leaves")",
      .samples(batch.sampleCount), plain: plain, fast: fast)
  }
}
