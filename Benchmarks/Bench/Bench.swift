import ArgumentParser

/// Measurements of neumf's parts; each prints its figures as Markdown.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neumf-bench", abstract: "Measures neumf: the kernels and everything that stands on them.",
    subcommands: [
      KernelsCommand.self, WireCommand.self, ServerCommand.self, SingleCommand.self, ClusterCommand.self,
      ScalingCommand.self, ReliabilityCommand.self, EchoCommand.self,
    ])
}
