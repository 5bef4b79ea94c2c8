import FoundationEssentials
import Plan

/// Reads a plan, refuses what cannot be carried out, and derives from the rest what every role does.
enum PlanFeed {
  static func feed(_ bytes: RawSpan) -> Verdict {
    // Safety: copied before the closure returns.
    let json = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
    let plan: TrainingPlan
    do {
      plan = try JSONDecoder().decode(TrainingPlan.self, from: json)
      try plan.validate()
    } catch let error as PlanError {
      return .refused("\(error)")
    } catch let error as DecodingError {
      return .refused("\(error)")
    } catch {
      preconditionFailure("a plan is refused without a name: \(error)")
    }
    derive(plan)
    do {
      let again = try JSONDecoder().decode(TrainingPlan.self, from: JSONEncoder().encode(plan))
      precondition(again == plan, "\(plan) is written as \(again)")
    } catch {
      preconditionFailure("\(plan) cannot be written: \(error)")
    }
    return .value
  }

  private static func derive(_ plan: TrainingPlan) {
    let size = ProblemSize(users: 10, items: 10, trainingInteractions: ProblemSize.interactionLimit)
    precondition(plan.shape.rowWidth > 0 && plan.shape.denseCount >= 0, "\(plan.shape)")
    precondition(plan.stepsPerEpoch(of: size) > 0 && plan.shardCount > 0, "\(plan)")
    precondition(plan.gradientScale >= 1, "\(plan.gradientScale)")
    for model in plan.pretraining?.models ?? [] {
      precondition(plan.stage(model, of: size.trainingInteractions).shape.rowWidth > 0, "\(model)")
    }
  }
}
