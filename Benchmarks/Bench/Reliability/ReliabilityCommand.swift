import ArgumentParser
import Foundation
import Plan

/// Jobs that are killed, stopped and cut off, and what recovery costs where nothing happens.
struct ReliabilityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reliability", abstract: "Whether jobs under faults keep their promises, and what that costs.",
    discussion: "It ends with exit code 1 where a promise is broken; what such a job left is kept.")

  enum Part: String, ExpressibleByArgument, CaseIterable { case kills, loose, network, cost }

  @Option(help: "The release executable of neumf.") var neumf: String
  @OptionGroup var source: DataOptions
  @Option(parsing: .upToNextOption, help: "What is tried: kills, loose, network, cost.") var parts = Part.allCases
  @Option(help: "How many processes are killed in bsp, in all.") var kills = 100
  @Option(help: "Epochs of each job.") var epochs = 10
  @Option(help: "Seeds in ssp and async.") var seeds = 3
  @Option(help: "Seconds after which a job has not ended by itself.") var limit = 600.0
  @OptionGroup var reporting: ReportOptions

  func run() throws {
    let positives = try TrainingData(folder: source.data).size.trainingInteractions
    let campaign = ReliabilityCampaign(
      runner: TrialRunner(neumf: neumf, data: source.data, limit: limit),
      samples: positives * (1 + TrainingPlan().negatives), epochs: epochs, say: reporting.say)
    let tables = try parts.flatMap { part in
      switch part {
      case .kills: try campaign.killed(kills)
      case .loose: try campaign.loose(seeds: seeds)
      case .network: try campaign.roughNetwork()
      case .cost: try campaign.cost(rounds: reporting.rounds)
      }
    }
    try reporting.report("Reliability", tables)
    if tables.contains(where: { $0.rows.contains { $0.last?.contains("**broken**") == true } }) {
      throw ExitCode.failure
    }
  }
}
