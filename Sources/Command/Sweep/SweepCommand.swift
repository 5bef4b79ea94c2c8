import ArgumentParser
import Datasets
import Foundation
import Glibc
import Interactions
import Links
import ModelStore
import Plan
import Ranking
import Telemetry

/// `1,2,3`.
struct SeedList: ExpressibleByArgument {
  let seeds: [UInt64]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { UInt64($0) }
    guard !parts.contains(nil), Set(parts).count == parts.count else { return nil }
    seeds = parts.compactMap { $0 }
  }
}

/// The experiments of the literature: many trainings, their tables and plots.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Train a table of models, and write its results as tables, plots and a page.",
    discussion: """
      The presets:
      \(SweepPreset.allCases.map { "  \($0.rawValue): \($0.design.about)" }.joined(separator: "\n"))

      Each trial is a RUN folder in trials/ of the output. The same command again goes on where the sweep was \
      stopped: what is trained stays, what was under way is resumed, what had failed is tried again. The training \
      options are those of `neumf train`, for all trials; what a sweep varies cannot be set there. Stages of \
      pre-training take epochs, optimizer and learning rate from the other trials, unless --pretrain-… says \
      otherwise; one that has the plan of a trial is that trial.

      The output has results.csv and results.md (by arm: means and standard errors over the seeds), trials.csv, \
      plots/ and report.html. Best epochs are chosen on the test items, as papers do, and with --validation on \
      validation items. A grid is listed by what was reached there.

      Examples:
        neumf sweep models --data data/ml-1m --output sweeps/models --seeds 1,2,3
        neumf sweep factors --data data/ml-1m --output sweeps/factors --epochs 20 --validation
        neumf sweep --grid "factors=8,16 learning-rate=0.001,0.003" --validation --data data/ml-1m --output sweeps/grid
      """)

  @Argument(
    help: ArgumentHelp("One of \(SweepPreset.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "preset"))
  var preset: String?
  @Option(help: "Folder of the prepared data.") var data: String
  @Option(help: "The folder to write, or to go on with.") var output: String
  @Option(
    help: ArgumentHelp(
      """
      Instead of a preset: options of `neumf train` with their values, all combinations. Widths of layers are joined \
      by -, flags are yes or no.
      """, valueName: "name=value,… …"))
  var grid: String?
  @Option(help: ArgumentHelp("A training for each of them (default: 1).", valueName: "seed,…")) var seeds: SeedList?
  @OptionGroup(title: "Training options") var training: TrainingOptions

  func run() throws {
    let signals = try SignalWatch([SIGINT, SIGTERM])
    let design = try design()
    let dataset = try PreparedDataset(folder: data)
    try check(design, fits: dataset)
    let folder = SweepFolder(path: output)
    let schedule = try schedule(of: design, in: folder, for: dataset.summary.trainingInteractions)
    for job in schedule.jobs { try job.plan.check(fits: dataset, in: data) }
    let source = ModelConfig.Source(path: data, fingerprint: dataset.fingerprint)
    try folder.open(as: SweepFolder.Identity(name: design.name, data: source))
    var runner = try SweepRunner(schedule, in: folder, data: data, signals: signals)
    try runner.run()
    let results = try results(of: design, schedule, runner.reports, dataset)
    let report = SweepReport(
      results: results, schedule: schedule, failures: runner.failures, data: data, summary: dataset.summary)
    try report.write(in: folder)
    try conclude(runner, results)
  }

  /// The sweep that the command line names.
  func design() throws -> SweepDesign {
    switch (preset, grid) {
    case (let name?, nil):
      guard let preset = SweepPreset(rawValue: name) else {
        throw CommandFailure(
          .usage, "\(name): no such sweep",
          hint: "one of \(SweepPreset.allCases.map(\.rawValue).joined(separator: ", ")), or --grid")
      }
      return preset.design
    case (nil, let text?): return try SweepDesign(grid: text)
    case (nil, nil):
      throw CommandFailure(
        .usage, "sweep: say which",
        hint: "one of \(SweepPreset.allCases.map(\.rawValue).joined(separator: ", ")), or --grid")
    case (_?, _?):
      throw CommandFailure(.usage, "--grid: a preset has its own", hint: "leave out one or the other")
    }
  }

  func schedule(of design: SweepDesign, in folder: SweepFolder, for interactions: Int) throws -> SweepSchedule {
    guard seeds == nil || training.seed == nil else {
      throw CommandFailure(.usage, "--seed: --seeds names them all", hint: "leave out one or the other")
    }
    let planned = try training.plan.map { try TrainingOptions.read($0).seed }
    return try SweepSchedule(
      design, training, seeds: seeds?.seeds ?? [training.seed ?? planned ?? TrainingPlan().seed],
      folder: folder.trials, interactions: interactions)
  }

  private func check(_ design: SweepDesign, fits dataset: PreparedDataset) throws(CommandFailure) {
    switch design.need {
    case .interactions: return
    case .latestFifth:
      let split = dataset.summary.provenance.split
      guard SplitRule(split) != .temporal(0.8) else { return }
      throw CommandFailure(
        .usage, "sweep \(design.name): the data in \(data) is split \(split), not temporal:0.8",
        hint: "prepare it so: neumf prepare FOLDER --format netflix --split temporal:0.8 --output DIR")
    }
  }

  /// What is trained so far; popularity is counted here.
  private func results(
    of design: SweepDesign, _ schedule: SweepSchedule, _ reports: [String: RunReport], _ dataset: PreparedDataset
  ) throws -> SweepResults {
    let plan = schedule.common
    let trials = try schedule.trials.compactMap { trial -> SweepResults.Trial? in
      guard let job = trial.job else {
        return SweepResults.Trial(
          arm: trial.arm, seed: nil, job: nil, epochs: [try popularity(in: dataset, plan)], samplesPerSecond: nil,
          digest: "", multiplications: nil, stageSeconds: 0)
      }
      guard let report = reports[job] else { return nil }
      let stages = schedule.jobs.first { $0.name == job }?.needs.compactMap { reports[$0]?.epochs } ?? []
      return SweepResults.Trial(
        arm: trial.arm, seed: trial.seed, job: job, epochs: report.epochs, samplesPerSecond: report.samplesPerSecond,
        digest: report.digest, multiplications: report.plan.shape.multiplicationsPerPrediction,
        stageSeconds: stages.reduce(0) { $0 + $1.trainingSeconds })
    }
    return SweepResults(design, plan: plan, trials: trials)
  }

  private func popularity(in dataset: PreparedDataset, _ plan: TrainingPlan) throws -> EpochReport {
    let scorer = PopularityScorer(dataset.trainingMatrix(excludingValidation: plan.validation))
    let tally = try RankingEvaluation.sampled(
      dataset.testCases, topK: plan.topK, threads: ProcessInfo.processInfo.activeProcessorCount
    ) { scorer }
    let lengths = 1...plan.topK
    return EpochReport(
      epoch: 1, loss: .nan, hitRatio: Dictionary(uniqueKeysWithValues: lengths.map { ($0, tally.hitRatio(at: $0)) }),
      ndcg: Dictionary(uniqueKeysWithValues: lengths.map { ($0, tally.ndcg(at: $0)) }), samples: 0, trainingSeconds: 0)
  }

  private func conclude(_ runner: SweepRunner, _ results: SweepResults) throws {
    if !results.trials.isEmpty {
      print("\n\(results.heading(.best)):\n\n\(SweepTable(results, choices: [.best]).text)\n")
    }
    OutputText.say("tables, plots and page in \(output): results.csv, results.md, plots/, report.html")
    if runner.isInterrupted {
      throw CommandFailure(.interrupted, "interrupted", hint: "the same command goes on")
    }
    guard runner.failures.isEmpty else {
      let names = runner.failures.map { "  \($0.job): \($0.reason); log: \($0.log)" }.joined(separator: "\n")
      throw CommandFailure(
        .tryAgain, "\(Amount.of(runner.failures.count, "trial")) failed\n\(names)",
        hint: "see the logs; the same command tries them again")
    }
  }
}
