import CoordinatorCore
package import Datasets
import Foundation
import Links
package import ModelStore
package import Plan
import Ranking
import Telemetry
import Wire

/// The RUN folder of a job: what is shown, logged, kept and exported of it.
package final class RunRecorder {
  package let folder: String
  let plan: TrainingPlan
  let data: PreparedDataset
  let dataFolder: String
  let size: ProblemSize
  private(set) var checkpoint: Checkpoint?
  /// Whence the servers have their rows, where they do not draw them.
  private(set) var source: (any RecordSource)?
  private let pretrained: PretrainedModel?
  /// Faults of the disk that are made on purpose.
  var disk: DiskInjection?
  /// Seconds that the job took before this process led it.
  let secondsBefore: Double
  let startedAt = MonotonicClock.seconds

  private var printer: ProgressPrinter
  private var logs: RunLogs
  /// What outlives a coordinator between its checkpoints: whom the job has lost and replaced.
  private let journal: Journal<RecoveryRecord>
  /// What the job began with: epochs that were finished before it was resumed.
  private let resumed: JobHistory
  private let wasResumed: Bool
  private var epochBegan = 0.0
  private var bytesSent = 0
  private var bytesReceived = 0
  /// What this process's links had to do about a bad network.
  private var links = LinkCounts()

  /// - Parameters:
  ///   - folder: the RUN folder
  ///   - size: of the interactions that are trained on
  ///   - checkpoint: what the job goes on from; nil for a new one
  ///   - pretrained: what a new job begins from; nil for random weights
  ///   - disk: faults of the disk that are made on purpose
  package init(
    folder: String, plan: TrainingPlan, data: PreparedDataset, dataFolder: String, size: ProblemSize,
    resuming checkpoint: Checkpoint?, beginningFrom pretrained: PretrainedModel? = nil, disk: DiskInjection? = nil
  ) throws {
    self.disk = disk
    self.folder = folder
    self.plan = plan
    self.data = data
    self.dataFolder = dataFolder
    self.size = size
    self.checkpoint = checkpoint
    self.pretrained = pretrained
    source = checkpoint ?? pretrained
    wasResumed = checkpoint != nil
    secondsBefore = checkpoint?.header.wallSeconds ?? 0
    var history = try checkpoint.map(Self.history) ?? JobHistory()
    if let checkpoint, let contradiction = history.contradiction(topK: plan.topK) {
      throw ModelStoreError(.damaged, path: checkpoint.path, contradiction)
    }
    journal = Journal(path: "\(folder)/recoveries.json")
    let recoveries = try journal.read()
    if recoveries.count > history.recoveries.count { history.recoveries = recoveries }
    resumed = history
    printer = ProgressPrinter(topK: plan.topK, objective: plan.objective)
    logs = try RunLogs(folder, topK: plan.topK, following: checkpoint == nil ? nil : history.epochs)
  }

  private static func history(of checkpoint: Checkpoint) throws(ModelStoreError) -> JobHistory {
    do { return try JSONDecoder().decode(JobHistory.self, from: Data(checkpoint.history)) } catch {
      throw ModelStoreError(.damaged, path: checkpoint.path, "its history cannot be read: \(error)")
    }
  }

  var dataFingerprint: String { data.fingerprint }

  /// What a resumed job had done.
  var resumedHistory: JobHistory { resumed }

  /// Where a resumed job goes on.
  var resumedPosition: JobPosition? {
    checkpoint.map { checkpoint in
      var position = JobPosition()
      position.completedEpochs = checkpoint.header.completedEpochs
      position.step = checkpoint.header.step
      position.positions = checkpoint.header.positions
      position.optimizerStep = checkpoint.header.optimizerStep
      return position
    }
  }

  func count(sent byteCount: Int) { bytesSent += byteCount }
  func count(received byteCount: Int) { bytesReceived += byteCount }
  func count(links counts: LinkCounts) { links = counts }

  /// Where in the RUN folder the coordinator says where it listens.
  package static let endpointFile = "coordinator"

  func listens(at endpoint: String) throws {
    try Data("\(endpoint)\n".utf8).write(to: URL(filePath: "\(folder)/\(Self.endpointFile)"), options: .atomic)
  }

  /// Goes back to the last checkpoint with the coordinator.
  func goBack(to coordinator: JobCoordinator, reason: String) throws {
    checkpoint = coordinator.goesOnFromCheckpoint ? try Checkpoints.latest(in: folder).newest : nil
    source = checkpoint ?? pretrained
    guard checkpoint?.header.optimizerStep ?? 0 == coordinator.position.optimizerStep else {
      throw ModelStoreError(
        .damaged, path: "\(folder)/checkpoints",
        "the checkpoint of optimizer step \(coordinator.position.optimizerStep) cannot be read any more",
        hint: "an older one is there: go on from it with --resume")
    }
    let epochs = coordinator.history.epochs
    do {
      logs = try RunLogs(folder, topK: plan.topK, following: epochs)
    } catch let error as TelemetryError {
      // What it goes back behind stays in them until there is room.
      printer.say("\(error)")
    }
    let place = epochs.last.map { "epoch \($0.epoch)" } ?? "the beginning"
    let step = coordinator.position.step > 0 ? " and \(coordinator.position.step) steps" : ""
    printer.say("\(reason); going back to \(place)\(step)")
  }

  /// Says what happens to the job, beside its epochs.
  func say(_ text: String) { printer.say(text) }

  /// - Parameter recoveries: all of the job, the newest last
  func recovered(_ record: RecoveryRecord, of recoveries: [RecoveryRecord]) throws {
    try journal.write(recoveries)
    let name = record.role == "coordinator" ? record.role : "\(record.role) \(record.index)"
    printer.say(String(format: "going on without loss, %.2f s after %@ was lost", record.seconds, name))
  }

  /// The disk took no checkpoint.
  func checkpointFailed(_ error: ModelStoreError, isRetried: Bool) {
    let next = isRetried ? "trying again" : "the last one stays, and the job goes on"
    printer.say("no checkpoint could be written: \(error); \(next)")
  }

  // MARK: what people see

  /// Says what is trained, before the first epoch.
  func jobBegan() {
    let tower = plan.model == .mlp || plan.model == .neumf
    let layers = tower ? ", layers " + plan.layers.map(String.init).joined(separator: ",") : ""
    let factors = plan.model == .mlp ? "" : ", \(plan.factors) factors"
    printer.say(
      """
      Training \(plan.model.rawValue)\(factors)\(layers) on \(Amount.of(size.users, "user")), \
      \(Amount.of(size.items, "item")), \(Amount.of(size.trainingInteractions, "interaction"))\
      \(size.features > 0 ? ", \(Amount.of(size.features, "feature")) of items" : "")
      with \(Amount.of(plan.cluster.workers, "worker")) and \(Amount.of(plan.cluster.servers, "server"))\
      \(plan.cluster.backups > 0 ? " with backups" : ""), \(plan.consistency); \
      \(plan.optimizer.rawValue), rate \(Amount.decimal(plan.learningRate)), \
      batches of \(Amount.of(plan.batchSize, "sample"))
      """)
    if !wasResumed, let gmf = plan.pretrainedGMF, let mlp = plan.pretrainedMLP {
      printer.say("beginning from \(plan.pretrainAlpha) of \(gmf) and \(1 - plan.pretrainAlpha) of \(mlp)")
    }
    if let checkpoint {
      let step = checkpoint.header.step > 0 ? " and \(checkpoint.header.step) steps" : ""
      printer.say("going on after epoch \(checkpoint.header.completedEpochs)\(step)")
    }
  }

  func epochStarted() { epochBegan = MonotonicClock.seconds }

  /// The moving line, and a line of metrics.jsonl.
  func showProgress(of coordinator: JobCoordinator) throws {
    guard coordinator.phase == .training, !coordinator.progress.isEmpty else { return }
    let partial = coordinator.history.partial
    let current = coordinator.progress.values
    let samples = partial.samples + current.reduce(0) { $0 + $1.samples }
    let loss = Double(current.reduce(partial.loss) { $0 &+ $1.loss }) * Progress.lossUnit / Double(max(1, samples))
    let seconds = MonotonicClock.seconds - epochBegan
    let rate = Double(samples - partial.samples) / max(seconds, 0.001)
    let epoch = coordinator.position.completedEpochs + 1
    printer.show(
      TrainingProgress(
        epoch: epoch, epochs: plan.epochs, samplesDone: Int(samples),
        samplesInEpoch: size.trainingInteractions * (1 + plan.negatives), loss: samples > 0 ? loss : nil,
        samplesPerSecond: rate), at: .now)
    let step = current.map(\.step.rawValue).max() ?? 0
    try logs.metrics.append(
      MetricsLine(
        time: Date.now.timeIntervalSince1970, epoch: epoch, step: Int(step), loss: samples > 0 ? loss : nil,
        samplesPerSecond: rate))
  }

  func epochFinished(_ record: EpochRecord, of coordinator: JobCoordinator) throws {
    let epoch = EpochReport(record, topK: plan.topK)
    printer.finish(epoch, isBest: coordinator.history.best(topK: plan.topK)?.epoch == record.epoch)
    try logs.events.append(epoch)
    try logs.metrics.append(
      MetricsLine(
        time: Date.now.timeIntervalSince1970, epoch: record.epoch, step: coordinator.stepsPerEpoch, loss: record.loss,
        samplesPerSecond: epoch.samplesPerSecond, hitRatio: epoch.hitRatio[plan.topK], ndcg: epoch.ndcg[plan.topK],
        errors: epoch.errors))
    try report(on: coordinator, digest: "").write(to: "\(folder)/report.json")
  }

  /// Writes the reports, and exports the model of a job that is done; that of an interrupted one would be in the
  /// middle of an epoch that nobody measured.
  func finish(_ outcome: JobOutcome, of coordinator: JobCoordinator) throws {
    var digest = ""
    switch outcome {
    case .failed: return
    case .interrupted: break
    case .done:
      guard let cut = try Checkpoints.latest(in: folder).newest else {
        preconditionFailure("a job is done without a checkpoint in \(folder)")
      }
      let model = try StoredModel(cut, data: data, folder: dataFolder)
      try model.write(in: folder)
      digest = model.digest
    }
    let report = report(on: coordinator, digest: digest)
    try report.write(to: "\(folder)/report.json")
    try ReportPage(report).write(to: "\(folder)/report.html")
    if outcome == .done { sayResult(report, stoppedEarly: coordinator.stopsEarly) }
  }

  private func sayResult(_ report: RunReport, stoppedEarly: Bool) {
    if stoppedEarly { printer.say("stopped early: \(plan.stopAfterStaleEpochs) evaluations without a better one") }
    if let best = report.best {
      let basis = best.chosenOn == .validation ? "validation" : "test"
      if let hitRatio = best.hitRatio, let ndcg = best.ndcg {
        printer.say(
          String(
            format: "best epoch %d (chosen on %@ items): HR@%d %.4f, NDCG@%d %.4f on the test items", best.epoch, basis,
            plan.topK, hitRatio, plan.topK, ndcg))
      }
      if let errors = best.errors {
        printer.say(
          String(
            format: "best epoch %d (chosen on %@ ratings): RMSE %.4f, MAE %.4f%@ on the test ratings", best.epoch,
            basis, errors.rmse, errors.mae, errors.r2.map { String(format: ", R2 %.4f", $0) } ?? ""))
      }
    }
    printer.say("model in \(folder)/model, report in \(folder)/report.html")
    printer.say("digest \(report.digest)")
  }

  private func report(on coordinator: JobCoordinator, digest: String) -> RunReport {
    var report = RunReport(plan: plan, data: size)
    for record in coordinator.history.epochs { report.append(EpochReport(record, topK: plan.topK)) }
    let servers = coordinator.servers.map { coordinator.finalAccounts[$0] ?? Account() }
    let workers = coordinator.workers.map { coordinator.finalAccounts[$0] ?? Account() }
    // They have applied what their servers have: what they used counts, their updates do not.
    let backups = coordinator.backups.compactMap { coordinator.finalAccounts[$0] }
    let holders = servers + backups
    let members = holders + workers
    report.bytesOnWire = WireTraffic(
      sent: bytesSent + Int(members.reduce(0) { $0 + $1.bytesSent }),
      received: bytesReceived + Int(members.reduce(0) { $0 + $1.bytesReceived }))
    report.cpuSeconds = PerRole(
      coordinator: ProcessUsage.cpuSeconds, server: holders.map(\.cpuSeconds), worker: workers.map(\.cpuSeconds))
    report.peakResidentBytes = PerRole(
      coordinator: ProcessUsage.peakResidentBytes, server: holders.map { Int($0.peakResidentBytes) },
      worker: workers.map { Int($0.peakResidentBytes) })
    let pushed = Int(workers.reduce(0) { $0 + $1.updates })
    let applied = Int(servers.reduce(0) { $0 + $1.updates })
    // Who is lost when all is done leaves no account, and without it the sums do not compare; the last cut has all.
    let isWhole = coordinator.finalAccounts.count == members.count
    report.updates = UpdateCounts(
      pushed: pushed, applied: applied, duplicatesIgnored: Int(servers.reduce(0) { $0 + $1.duplicates }),
      lost: isWhole ? pushed - applied : 0)
    for worker in workers {
      for (steps, count) in worker.staleness.enumerated() { report.staleness.add(pushes: Int(count), steps: steps) }
    }
    report.links = LinkReport(
      framesSentAgain: Int(members.reduce(links.resent) { $0 + $1.resent }),
      duplicatesDropped: Int(members.reduce(links.duplicates) { $0 + $1.repeated }))
    report.recoveries = coordinator.history.recoveries.map { record in
      Recovery(role: record.role, index: record.index, atStep: Int(record.atStep), seconds: record.seconds)
    }
    report.digest = digest
    return report
  }
}

extension EpochReport {
  /// What the report shows of a finished epoch.
  init(_ record: EpochRecord, topK: Int) {
    var hitRatio: [Int: Double] = [:]
    var ndcg: [Int: Double] = [:]
    if let test = record.test {
      for length in 1...topK {
        hitRatio[length] = test.hitRatio(at: length)
        ndcg[length] = test.ndcg(at: length)
      }
    }
    self.init(
      epoch: record.epoch, loss: record.loss, hitRatio: hitRatio, ndcg: ndcg,
      errors: record.testErrors.map(RatingMeasures.init),
      validation: record.validation.map {
        ValidationScore(hitRatio: $0.hitRatio(at: topK), ndcg: $0.ndcg(at: topK))
      } ?? record.validationErrors.map { ValidationScore(errors: RatingMeasures($0)) },
      samples: Int(record.samples), trainingSeconds: record.trainingSeconds,
      evaluationSeconds: record.evaluationSeconds)
  }
}

extension RatingMeasures {
  init(_ tally: RatingTally) { self.init(mae: tally.mae, rmse: tally.rmse, r2: tally.r2) }
}
