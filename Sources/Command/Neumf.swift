import ArgumentParser
import Foundation

@main
struct Neumf: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neumf", abstract: "A distributed trainer for neural collaborative filtering.",
    subcommands: [
      PrepareCommand.self,
      SynthesizeCommand.self,
      TrainCommand.self,
      SweepCommand.self,
      CoordinatorCommand.self,
      ServerCommand.self,
      WorkerCommand.self,
      StatusCommand.self,
      EvaluateCommand.self,
      RecommendCommand.self,
      SimilarCommand.self,
      ClusterCommand.self,
      DigestCommand.self,
    ])

  /// Runs a command; whatever stops it is said once, and its exit code is that of the contract.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      guard let failure = CommandFailure(error) else { exit(withError: error) }
      failure.report()
      Foundation.exit(failure.status.rawValue)
    }
  }
}
