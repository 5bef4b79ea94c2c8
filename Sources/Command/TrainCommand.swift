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
        neumf train --data data/ml-1m --resume runs/neumf-8
      """)

  @Option(help: "Folder of the prepared data.") var data: String
  @Option(help: "The RUN folder to write.") var output: String?
  @Option(help: "The RUN folder to go on with.") var resume: String?
  @OptionGroup var training: TrainingOptions

  func run() throws {
    let signals = try SignalWatch([SIGINT, SIGTERM])
    guard (output == nil) != (resume == nil), let path = output ?? resume else {
      throw CommandFailure(.usage, "--output: say where the run is written", hint: "or go on with one: --resume RUN")
    }
    let folder = RunFolder(path: path)
    let dataset = try PreparedDataset(folder: data)
    let plan: TrainingPlan
    if resume == nil {
      plan = try training.resolved()
      try plan.check(fits: dataset, in: data)
      try folder.create(with: plan)
    } else {
      let checkpoint = try folder.latestCheckpoint(for: dataset)
      plan = try training.resolved(over: checkpoint.header.plan)
      try folder.check(plan, resumes: checkpoint.header.plan)
      try folder.writePlan(plan)
    }
    let status = try LocalCluster(
      plan: plan, data: data, folder: folder, resumes: resume != nil, signals: signals
    ).run()
    if status != .done { Foundation.exit(status.rawValue) }
  }
}
