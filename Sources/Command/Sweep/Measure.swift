import Plan
import Telemetry

/// What trainings are compared by.
struct Measure {
  let name: String
  /// Digits behind the point.
  let places = 4
  let isBetterHigher: Bool
  /// Nil where an epoch was not evaluated.
  let value: (EpochReport) -> Double?

  /// Those of a plan; the first decides which epoch is the best.
  static func all(of plan: TrainingPlan) -> [Measure] {
    switch plan.objective {
    case .implicit: [hitRatio(at: plan.topK), ndcg(at: plan.topK)]
    case .rating:
      [
        Measure(name: "RMSE", isBetterHigher: false) { $0.errors?.rmse },
        Measure(name: "MAE", isBetterHigher: false) { $0.errors?.mae },
        Measure(name: "R2", isBetterHigher: true) { $0.errors?.r2 },
      ]
    }
  }

  static func hitRatio(at length: Int) -> Measure {
    Measure(name: "HR@\(length)", isBetterHigher: true) { $0.hitRatio[length] }
  }

  static func ndcg(at length: Int) -> Measure {
    Measure(name: "NDCG@\(length)", isBetterHigher: true) { $0.ndcg[length] }
  }

  /// The higher the better.
  func score(_ epoch: EpochReport) -> Double? { value(epoch).map { isBetterHigher ? $0 : -$0 } }

  func text(_ value: Double?) -> String { value.map { Figures.fixed($0, places) } ?? "-" }
}

/// Which epoch of a training is shown.
enum Choice: String, CaseIterable {
  /// Chosen on the validation items where there are some, else on the test items, as in the papers.
  case best
  case bestOnTest
  case last
}

extension [EpochReport] {
  /// The earliest best of the evaluated epochs, or the last of them.
  func chosen(_ choice: Choice, by measure: Measure, topK: Int) -> EpochReport? {
    let evaluated = filter { measure.value($0) != nil }
    func first(highest score: (EpochReport) -> Double?) -> EpochReport? {
      var best: (epoch: EpochReport, score: Double)?
      for epoch in evaluated {
        guard let found = score(epoch), found.isFinite, found > best?.score ?? -.infinity else { continue }
        best = (epoch, found)
      }
      return best?.epoch
    }
    switch choice {
    case .best: return first { $0.validation?.score } ?? first(highest: measure.score)
    case .bestOnTest: return first(highest: measure.score)
    case .last: return evaluated.last
    }
  }
}
