import ArgumentParser
import ModelStore

/// Tells equal models from different ones.
struct DigestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "digest",
    abstract: "Print the SHA-256 of a model's parameters: equal models, equal digests.",
    discussion: """
      Example:
        neumf digest runs/neumf-8
      """)

  @Argument(help: ArgumentHelp("The folder whose model is meant.", valueName: "run")) var folder: String

  func run() throws { print(try StoredModel(run: folder).digest) }
}
