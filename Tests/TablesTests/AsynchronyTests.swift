import Plan
import Tables
import Testing

/// Late gradients act as momentum, and Adam leaves room for it.
@Suite struct AsynchronyTests {
  @Test(arguments: [
    (Consistency.bsp, 8, 0.9), (.async, 1, 0.9), (.async, 2, 0.8), (.ssp(4), 8, 0.2), (.async, 16, 0),
  ])
  func momentumOfAllTogetherIsThatOfOne(_ consistency: Consistency, _ workers: Int, _ expected: Double) {
    var plan = TrainingPlan()
    plan.consistency = consistency
    plan.cluster.workers = workers
    let size = ProblemSize(users: 10, items: 10, trainingInteractions: 100)
    #expect(abs(OptimizerSettings(plan: plan, size: size).beta1 - expected) < 1e-12)
    // Nobody else changes a user's row, so none of its gradients come late.
    #expect(OptimizerSettings(plan: plan, size: size, writers: 1).beta1 == 0.9)
  }
}
