import ArgumentParser

@main
struct Neumf: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neumf", abstract: "A distributed trainer for neural collaborative filtering.")
}
