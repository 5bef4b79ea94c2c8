import Plan
import Telemetry

/// What the trials of a sweep came to, by arm.
struct SweepResults {
  /// An arm with a seed, trained.
  struct Trial {
    let arm: Int
    let seed: UInt64?
    /// Its RUN folder's name; nil where nothing is trained.
    let job: String?
    let epochs: [EpochReport]
    let samplesPerSecond: Double?
    let digest: String
    let multiplications: Int?

    /// What the trainings took that it began from.
    let stageSeconds: Double

    /// With that of what it began from.
    var trainingSeconds: Double { stageSeconds + epochs.trainingSeconds }
  }

  let design: SweepDesign
  let measures: [Measure]
  let topK: Int
  let trials: [Trial]
  /// Whether the best epochs are chosen on validation items.
  let isValidated: Bool
  let isRated: Bool

  init(_ design: SweepDesign, plan: TrainingPlan, trials: [Trial]) {
    self.design = design
    measures = Measure.all(of: plan)
    topK = plan.topK
    isRated = plan.objective == .rating
    self.trials = trials
    isValidated = trials.contains { $0.epochs.contains { $0.validation != nil } }
  }

  /// What is chosen, beginning with what the plots show.
  var choices: [Choice] { isValidated ? [.best, .bestOnTest, .last] : [.best, .last] }

  /// In words.
  func heading(_ choice: Choice) -> String {
    switch choice {
    case .best: isValidated ? "best epoch on validation" : "best epoch on test"
    case .bestOnTest: "best epoch on test"
    case .last: "last epoch"
    }
  }

  func trials(of arm: Int) -> [Trial] { trials.filter { $0.arm == arm } }

  private func epoch(of trial: Trial, _ choice: Choice) -> EpochReport? {
    trial.epochs.chosen(choice, by: measures[0], topK: topK)
  }

  /// A trial's chosen epoch, and the value of a measure there.
  func epochNumber(_ trial: Trial, _ choice: Choice) -> Int? {
    trial.job == nil ? nil : epoch(of: trial, choice)?.epoch
  }

  func value(_ trial: Trial, _ choice: Choice, _ measure: Measure) -> Double? {
    epoch(of: trial, choice).flatMap(measure.value)
  }

  /// On the validation items, at its best epoch.
  func validation(_ trial: Trial) -> Double? {
    epoch(of: trial, .best)?.validation?.score.map { measures[0].isBetterHigher ? $0 : -$0 }
  }

  func estimate(_ arm: Int, _ choice: Choice, _ measure: Measure) -> Estimate? {
    Estimate(trials(of: arm).compactMap { value($0, choice, measure) })
  }

  func estimate(_ arm: Int, _ value: (Trial) -> Double?) -> Estimate? {
    Estimate(trials(of: arm).compactMap(value))
  }

  /// An arm's advantage over the reference: the mean over the seeds that both have of the differences.
  func difference(_ arm: Int, to reference: Int, _ choice: Choice, _ measure: Measure) -> Estimate? {
    let others = trials(of: reference)
    return Estimate(
      trials(of: arm).compactMap { trial in
        guard let other = others.first(where: { $0.seed == trial.seed }),
          let own = value(trial, choice, measure), let its = value(other, choice, measure)
        else { return nil }
        return own - its
      })
  }

  /// The arms with results, in the order in which they are listed: by what they reached on validation items, or on
  /// test items where there are none, if the design says so; arms without results come last.
  var order: [Int] {
    guard design.isRanked else { return Array(design.arms.indices) }
    func score(_ arm: Int) -> Double {
      let found = isValidated ? estimate(arm, validation) : estimate(arm, .best, measures[0])
      guard let mean = found?.mean else { return -.infinity }
      return measures[0].isBetterHigher ? mean : -mean
    }
    return design.arms.indices.sorted { (score($0), $1) > (score($1), $0) }
  }
}

extension [EpochReport] {
  var trainingSeconds: Double { reduce(0) { $0 + $1.trainingSeconds } }
}

extension NetworkShape {
  /// Multiplications that the score of one pair takes, from its rows: each hidden layer, the product of the GMF parts
  /// and the output layer; activations, and what a program keeps between pairs, left out.
  var multiplicationsPerPrediction: Int {
    if model == .mf { return factors }
    return factors
      + denseBlocks.reduce(0) { sum, block in
        switch block.role {
        case .hiddenWeight, .outputFactors, .outputTower: sum + block.count
        case .hiddenBias, .hiddenSlope, .outputBias: sum
        }
      }
  }
}
