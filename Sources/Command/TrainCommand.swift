import ArgumentParser
import Datasets
import Foundation
import Glibc
import Links
import ModelStore
import Plan

/// The main job: starts the processes of a cluster on this machine, and watches over them.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model with a cluster of local processes.",
    discussion: """
      Example:
        neumf train --data data/ml-1m --output runs/neumf-8 --model neumf --factors 8 --workers 2 --servers 1
        neumf train --data data/ml-1m --output runs/pretrained-8 --pretrain
        neumf train --data data/ml-1m --resume runs/neumf-8
        neumf train --data data/ml-1m --output runs/rough --faults "drop 10%; kill any worker at 5 s"
      """)

  @Option(help: "Folder of the prepared data.") var data: String
  @Option(help: "The RUN folder to write.") var output: String?
  @Option(help: "The RUN folder to go on with.") var resume: String?
  /// What a sweep says to its trials.
  @Flag(help: .hidden) var watchParent = false
  @OptionGroup var training: TrainingOptions
  @OptionGroup(title: "Trials") var trial: TrialOptions

  func run() throws {
    let watches = Watches(signals: try SignalWatch([SIGINT, SIGTERM]), parent: watchParent ? ParentWatch() : nil)
    guard (output == nil) != (resume == nil), let path = output ?? resume else {
      throw CommandFailure(.usage, "--output: say where the run is written", hint: "or go on with one: --resume RUN")
    }
    let folder = RunFolder(path: path)
    let dataset = try PreparedDataset(folder: data)
    let (plan, resumes) = resume == nil ? (try begun(folder, dataset), false) : try resumed(folder, dataset)
    if plan.pretraining != nil, !resumes {
      let status = try PretrainingStages(
        plan: plan, interactions: dataset.summary.trainingInteractions, data: data, folder: folder, watches: watches,
        trial: trial
      ).run()
      if status != .done { Foundation.exit(status.rawValue) }
    }
    let status = try LocalCluster(
      plan: plan, data: data, folder: folder, resumes: resumes, watches: watches, trial: trial
    ).run()
    if status != .done { Foundation.exit(status.rawValue) }
  }

  /// The plan of a new run, in its folder.
  private func begun(_ folder: RunFolder, _ dataset: PreparedDataset) throws -> TrainingPlan {
    let plan = PretrainingStages.placed(
      try training.resolved(for: dataset.summary.trainingInteractions), in: folder)
    _ = try trial.plan(workers: plan.cluster.workers, servers: plan.cluster.serverProcesses)
    try plan.check(fits: dataset, in: data)
    if plan.pretraining == nil { _ = try plan.pretrainedModel(for: dataset) }
    try folder.create(with: plan)
    return plan
  }

  /// The plan of a run that goes on, and whether its own training had begun.
  private func resumed(
    _ folder: RunFolder, _ dataset: PreparedDataset
  ) throws -> (plan: TrainingPlan, hasBegun: Bool) {
    let checkpoint = try folder.isBetweenStages ? nil : folder.latestCheckpoint(for: dataset)
    let old = try checkpoint?.header.plan ?? TrainingOptions.read(folder.planPath)
    let plan = try training.resolved(over: old)
    try folder.check(plan, resumes: old)
    // The folder may have moved since the stages were named.
    let placed = checkpoint == nil ? PretrainingStages.placed(plan, in: folder) : plan
    try folder.writePlan(placed)
    return (placed, checkpoint != nil)
  }
}
