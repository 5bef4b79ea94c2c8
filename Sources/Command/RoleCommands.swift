import ArgumentParser
import CoordinatorCore
import CoordinatorProgram
import Datasets
import Faults
import Interactions
import ModelStore
import ParamServerProgram
import Plan
import WorkerProgram

/// Leads a job: gathers the workers and servers, and writes the RUN folder.
struct CoordinatorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coordinator", abstract: "Lead a job whose servers and workers are started by hand.",
    discussion: """
      Example, on one machine:
        neumf coordinator --listen tcp://127.0.0.1:5000 --data data/ml-1m --output runs/a --workers 2 --servers 1
        neumf server --coordinator tcp://127.0.0.1:5000
        neumf worker --coordinator tcp://127.0.0.1:5000 --data data/ml-1m      (twice)
      """)

  @Option(help: "Where workers and servers find this coordinator: tcp://HOST:PORT or ipc://PATH.") var listen: String
  @Option(help: "Folder of the prepared data.") var data: String
  @Option(help: "The RUN folder to write.") var output: String
  @Flag(help: "Go on from the last checkpoint in the RUN folder.") var resume = false
  /// The run that this one is a stage of.
  @Option(help: .hidden) var stageOf: String?
  /// When the coordinator was lost that this one succeeds.
  @Option(help: .hidden) var succeedsOneLostAt: Double?
  /// The plan whose disk faults happen to this job, and the file where its coordinators keep account of them.
  @Option(help: .hidden) var diskFaults: String?
  @Option(help: .hidden) var diskAccount: String?
  @Option(help: "Seconds after which a silent server or worker is given up.") var lease = JobCoordinator.usualLease
  @OptionGroup var training: TrainingOptions
  @OptionGroup var role: RoleOptions

  func run() throws {
    let watches = try role.watches()
    let listen = try role.endpoint(self.listen, option: "--listen")
    let dataset = try PreparedDataset(folder: data)
    let folder = RunFolder(path: output)
    let checkpoint = resume ? try folder.latestCheckpoint(for: dataset) : nil
    let plan =
      try checkpoint.map { try training.resolved(over: $0.header.plan) }
      ?? training.resolved(for: dataset.summary.trainingInteractions)
    if let checkpoint { try folder.check(plan, resumes: checkpoint.header.plan) }
    try plan.check(fits: dataset, in: data)
    guard plan.pretraining == nil || plan.pretrainedGMF != nil else {
      throw CommandFailure(
        .usage, "--pretrain: a coordinator leads one training", hint: "neumf train leads all three")
    }
    let pretrained = checkpoint == nil ? try plan.pretrainedModel(for: dataset) : nil
    if !role.watchParent {
      // Started by hand: what `neumf train` would have done.
      if resume { try folder.writePlan(plan) } else { try folder.create(with: plan) }
    }
    let size = try dataset.size(for: plan)
    let recorder = try RunRecorder(
      folder: output, plan: plan, data: dataset, dataFolder: data, size: size, resuming: checkpoint,
      beginningFrom: pretrained, disk: try diskInjection())
    var loop = try CoordinationLoop(
      listen: listen, plan: plan, recorder: recorder, succeedingOneLostAt: succeedsOneLostAt,
      lease: lease, watches: watches, logger: try role.logger("coordinator", run: output))
    switch try loop.run() {
    case .done: return
    case .interrupted:
      throw CommandFailure(
        .interrupted, "interrupted", hint: "go on with: neumf train --data \(data) --resume \(stageOf ?? output)")
    case .failed(let exitCode, let reason):
      throw CommandFailure(
        ExitStatus(rawValue: exitCode) ?? .bug, reason,
        hint: "go on from the last checkpoint with: neumf train --data \(data) --resume \(stageOf ?? output)")
    }
  }

  private func diskInjection() throws -> DiskInjection? {
    guard let diskFaults, let diskAccount else { return nil }
    return try DiskInjection(FaultPlan(diskFaults), account: diskAccount)
  }
}

/// Holds a part of the embedding tables and of the dense weights.
struct ServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server", abstract: "Hold a part of a job's parameters.",
    discussion: """
      Example:
        neumf server --coordinator tcp://127.0.0.1:5000
      """)

  @Option(help: "Where the coordinator listens.") var coordinator: String
  @Option(help: "Where this server listens for the workers; port * takes a free one.")
  var listen = "tcp://127.0.0.1:*"
  @Option(help: "Where the others reach this server, if not there: behind a forwarded port.") var advertise: String?
  @OptionGroup var role: RoleOptions

  func run() throws {
    let watches = try role.watches()
    try ServingLoop.run(
      coordinator: role.endpoint(coordinator, option: "--coordinator"),
      listen: role.endpoint(listen, option: "--listen"),
      advertised: try advertise.map { try role.endpoint($0, option: "--advertise") }, place: role.logIndex,
      watches: watches, logger: try role.logger("server", run: nil)
    ).check("server")
  }
}

/// Trains the users of its shards.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Train a part of a job's users.",
    discussion: """
      Example:
        neumf worker --coordinator tcp://127.0.0.1:5000 --data data/ml-1m
      """)

  @Option(help: "Where the coordinator listens.") var coordinator: String
  @Option(help: "Folder of the prepared data, the same as the coordinator's.") var data: String
  @OptionGroup var role: RoleOptions

  func run() throws {
    let watches = try role.watches()
    try TrainingLoop.run(
      coordinator: role.endpoint(coordinator, option: "--coordinator"), data: PreparedDataset(folder: data),
      place: role.logIndex, watches: watches, logger: try role.logger("worker", run: nil)
    ).check("worker")
  }
}
