package import Plan

/// What a run did, for people and scripts: the content of report.json, whose keys are a contract.
package struct RunReport: Codable, Equatable, Sendable {
  package var plan: TrainingPlan
  package var data: ProblemSize
  package var epochs: [EpochReport]
  /// The earliest epoch with the highest hit ratio at the plan's K, or the lowest RMSE, on the validation items where
  /// there are some, and its measures on the test items; nil before the first evaluation.
  package var best: ChosenEpoch?
  /// The last epoch that was evaluated.
  package var last: ChosenEpoch?
  /// Samples of all epochs over their training seconds.
  package var samplesPerSecond: Double
  package var bytesOnWire: WireTraffic
  package var peakResidentBytes: PerRole<Int>
  package var cpuSeconds: PerRole<Double>
  package var updates: UpdateCounts
  package var staleness: StalenessReport
  /// Nil in the reports of versions that did not count it.
  package var links: LinkReport?
  package var recoveries: [Recovery]
  /// SHA-256 over all parameters in canonical order; empty before the first epoch ends.
  package var digest: String

  package init(plan: TrainingPlan, data: ProblemSize) {
    self.plan = plan
    self.data = data
    epochs = []
    best = nil
    last = nil
    samplesPerSecond = 0
    bytesOnWire = WireTraffic()
    peakResidentBytes = PerRole(coordinator: 0)
    cpuSeconds = PerRole(coordinator: 0)
    updates = UpdateCounts()
    staleness = StalenessReport()
    links = LinkReport()
    recoveries = []
    digest = ""
  }

  /// Adds an epoch, and with it what follows from it: best, last and the rate over all.
  package mutating func append(_ epoch: EpochReport) {
    precondition(epochs.last.map { $0.epoch < epoch.epoch } ?? true, "epoch \(epoch.epoch) after \(epochs.last!.epoch)")
    epochs.append(epoch)
    let seconds = epochs.reduce(0) { $0 + $1.trainingSeconds }
    samplesPerSecond = seconds > 0 ? Double(epochs.reduce(0) { $0 + $1.samples }) / seconds : 0
    guard let found = epoch.score(topK: plan.topK) else { return }
    last = measured(epoch)
    if let best, let highest = epochs.first(where: { $0.epoch == best.epoch })?.score(topK: plan.topK),
      found <= highest
    {
      return
    }
    best = measured(epoch, chosenOn: epoch.validation == nil ? .test : .validation)
  }

  /// An epoch's measures at the plan's K.
  func measured(_ epoch: EpochReport, chosenOn held: ChosenEpoch.Held? = nil) -> ChosenEpoch {
    ChosenEpoch(
      epoch: epoch.epoch, hitRatio: epoch.hitRatio[plan.topK], ndcg: epoch.ndcg[plan.topK], errors: epoch.errors,
      chosenOn: held)
  }
}
