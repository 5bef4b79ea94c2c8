import ArgumentParser
import Datasets
import Foundation
import Links
import Telemetry

/// Writes a data set of any size in a real format.
struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Write a data set of any size, with a structure that a model can learn.",
    discussion: """
      Items have genres, styles and titles that show them; users have tastes for a few styles; popular \
      items are chosen more often.
      The same options write the same bytes.

      Examples:
        neumf synthesize --output generated
        neumf synthesize --users 480189 --items 17770 --interactions 100480507 --format netflix --output generated
      """)

  @Option(help: "How many users.") var users = 6040
  @Option(help: "How many items.") var items = 3706
  @Option(help: "How many interactions, at least one per user; with twenty or more per user, each has twenty.")
  var interactions = 1_000_209
  @Option(help: "Seed of everything that is drawn.") var seed: UInt64 = 1
  @Option(help: "movielens (ratings.dat, movies.dat) or netflix (combined_data_1.txt to 4, movie_titles.csv).")
  var format = SynthesisOptions.Format.movielens
  @Option(help: "The folder to write; it is made if need be.") var output: String

  func run() throws {
    let signals = try SignalWatch([SIGINT, SIGTERM])
    let options = SynthesisOptions(
      users: users, items: items, interactions: interactions, seed: seed, format: format, output: output)
    let progress = ProgressBox()
    defer { progress.work.clear() }
    let files = try Synthesis(options) { [output] stage throws(DatasetError) in
      if signals.next() != nil {
        throw DatasetError(
          .interrupted, path: output, "interrupted; nothing was written", hint: "the same command begins anew")
      }
      progress.work.show("writing", done: stage.written, of: stage.total) { Amount.of($0, "interaction") }
    }.run()
    progress.work.clear()
    let input = format == .netflix ? output : files[0]
    print(
      """
      \(Amount.of(interactions, "interaction")) of \(Amount.of(users, "user")) with \(Amount.of(items, "item")) \
      in \(Amount.seconds(progress.work.seconds))
      written to \(files.joined(separator: ", "))
      next: neumf prepare \(input) --format \(format.rawValue) --items \(files[files.count - 1]) --output DIR
      """)
  }
}

extension SynthesisOptions.Format: ExpressibleByArgument {}
