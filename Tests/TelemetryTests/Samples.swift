import Foundation
import Plan
import Telemetry

extension EpochReport {
  /// An epoch of a training that goes well: its figures follow from its number.
  static func sample(_ epoch: Int, hitRatio: Double? = nil) -> EpochReport {
    let hit = hitRatio ?? 0.7 - 0.2 / Double(epoch)
    return EpochReport(
      epoch: epoch, loss: 0.5 / Double(epoch), hitRatio: [1: hit / 4, 5: hit / 2, 10: hit],
      ndcg: [1: hit / 4, 5: hit / 3, 10: hit / 2], samples: 4_970_845, trainingSeconds: 3.5, evaluationSeconds: 0.25)
  }
}

extension EpochReport {
  /// An epoch of a training on ratings; the last ones overfit.
  static func rated(_ epoch: Int, validation: Double? = nil) -> EpochReport {
    let rmse = 0.9 + 0.01 * Double(abs(epoch - 4))
    return EpochReport(
      epoch: epoch, loss: 0.5 / Double(epoch), errors: RatingMeasures(mae: rmse - 0.2, rmse: rmse, r2: 1 - rmse),
      validation: validation.map { ValidationScore(errors: RatingMeasures(mae: 0.5, rmse: $0, r2: nil)) },
      samples: 80_000, trainingSeconds: 0.1, evaluationSeconds: 0.01)
  }
}

extension RunReport {
  /// A report of a training on ratings.
  static func rated(epochs: Int) -> RunReport {
    var plan = TrainingPlan()
    plan.model = .mf
    plan.objective = .rating
    plan.negatives = 0
    var report = RunReport(plan: plan, data: ProblemSize(users: 943, items: 1_682, trainingInteractions: 80_000))
    for epoch in stride(from: 1, through: epochs, by: 1) { report.append(.rated(epoch)) }
    return report
  }
}

extension RunReport {
  /// A report in which every field has a value.
  static func sample(epochs: Int) -> RunReport {
    var report = RunReport(
      plan: TrainingPlan(), data: ProblemSize(users: 6_040, items: 3_706, trainingInteractions: 994_169))
    for epoch in stride(from: 1, through: epochs, by: 1) { report.append(.sample(epoch)) }
    report.bytesOnWire = WireTraffic(sent: 1_000, received: 1_000)
    report.peakResidentBytes = PerRole(coordinator: 1, server: [2], worker: [3, 4])
    report.cpuSeconds = PerRole(coordinator: 0.5, server: [1.5], worker: [2.5, 3.5])
    report.updates = UpdateCounts(pushed: 9, applied: 8, duplicatesIgnored: 1, lost: 0)
    report.staleness.add(pushes: 8, steps: 0)
    report.recoveries = [Recovery(role: "worker", index: 1, atStep: 77, seconds: 0.8)]
    report.digest = "ab12"
    return report
  }
}
