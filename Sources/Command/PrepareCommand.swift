import ArgumentParser
import Datasets
import Foundation
import Interactions
import Links
import Telemetry

/// Reads real files into the prepared container.
struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare", abstract: "Read ratings of a real format into the folder that training takes.",
    discussion: """
      INPUT is, for
        ncf        the prefix of PREFIX.train.rating, PREFIX.test.rating and PREFIX.test.negative
        movielens  ratings.dat, u.data or ratings.csv of any year
        netflix    combined_data_*.txt, or a folder of them or of mv_*.txt
        csv        lines of fields, whose columns are named by options
      Each may be packed with gzip. The folder gets one file, data.neumf; nothing is left where reading fails.

      Examples:
        neumf prepare ml-1m/ratings.dat --format movielens --items ml-1m/movies.dat --output data/ml-1m
        neumf prepare ncf/ml-1m --format ncf --output data/ml-1m-ncf
        neumf prepare netflix --format netflix --split temporal:0.9 --output data/netflix
        neumf prepare rating.csv --format csv --user-column user_id --item-column anime_id --rating-column rating \\
          --items anime.csv --features genre:multi,type:category,episodes:number --output data/anime
      """)

  @Argument(help: "Files, folders or, for ncf, a prefix.") var input: [String]
  @Option(help: "ncf, movielens, netflix or csv.") var format: DatasetFormat
  @Option(help: "The folder to write; it is made if need be.") var output: String
  @Option(
    help: """
      What is kept from training: leave-one-out (each user's latest), temporal:0.8 (all after that share of the time), \
      random:0.8, or given (by ncf files). (default: leave-one-out; given for ncf)
      """)
  var split: SplitRule?
  @Option(help: "Fixed evaluation negatives per user. (default: 99, or as many as a small catalogue has)")
  var negatives: Int?
  @Option(help: "Seed of the random split and of the evaluation negatives.") var seed: UInt64 = 1
  @Option(name: .customLong("min-interactions"), help: "Drop users with fewer interactions.") var minimumInteractions =
    0
  @Option(
    help: "Titles and genres: movies.dat, u.item, movies.csv, movie_titles.csv, or a csv with a column title or name.")
  var items: String?
  @Option(help: "ncf: lines of item index, tab, item id, as the files number their items anew.") var itemIds: String?
  @OptionGroup(title: "Feature options") var description: FeatureOptions
  @OptionGroup(title: "Choice of interactions") var choice: ChoiceOptions
  @Flag(help: "Count malformed lines and go on, rather than stop at the first.") var skipMalformed = false
  @OptionGroup(title: "CSV options") var columns: ColumnOptions

  func run() throws {
    let signals = try SignalWatch([SIGINT, SIGTERM])
    var options = PreparationOptions(inputs: input, format: format, output: output)
    options.split = split
    options.negatives = negatives
    options.seed = seed
    options.minimumInteractions = minimumInteractions
    options.itemsFile = items
    options.itemIDsFile = itemIds
    options.skipsMalformed = skipMalformed
    options.features = try description.fields()
    options.coldItems = description.coldItems
    choice.apply(to: &options)
    options.columns = try columns.resolved(for: format)
    let progress = ProgressBox()
    defer { progress.work.clear() }
    let report = try Preparation(options) { [output] stage throws(DatasetError) in
      if signals.next() != nil {
        throw DatasetError(
          .interrupted, path: output, "interrupted; nothing was written", hint: "the same command begins anew")
      }
      switch stage {
      case .reading(let done, let total): progress.work.show("reading", done: done, of: total, describe: Amount.bytes)
      case .ordering(let interactions): progress.work.note("ordering \(Amount.of(interactions, "interaction"))")
      case .writing: progress.work.note("writing \(output)")
      }
    }.run()
    progress.work.clear()
    print(Self.text(report, folder: output, seconds: progress.work.seconds))
  }

  /// What is known of the items, and what was left out for want of it.
  private static func featureLines(_ report: PreparationReport) -> [String] {
    var lines: [String] = []
    for feature in report.summary.features ?? [] {
      let without =
        feature.itemsWithout > 0 ? "; \(Amount.of(feature.itemsWithout, "item")) without, which is a value, too" : ""
      switch feature.field.kind {
      case .multi, .words, .category:
        let values = feature.count - (feature.itemsWithout > 0 ? 1 : 0)
        let noun = feature.field.kind == .words ? "word" : "value"
        lines.append("  feature \(feature.field.name): \(Amount.of(values, noun))\(without)")
      case .number:
        let range = feature.minimum.flatMap { low in feature.maximum.map { "\(level(low)) to \(level($0))" } }
        lines.append("  feature \(feature.field.name): \(range ?? "no number")\(without)")
      }
    }
    if report.unlistedItems > 0, report.summary.features != nil {
      lines.append("  not in the items' file: \(Amount.of(report.unlistedItems, "item"))")
    }
    if let cold = report.summary.coldItems { lines.append("  cold: \(Amount.of(cold, "item")) without interactions") }
    if report.lowRatings > 0 {
      lines.append("  passed over: \(Amount.of(report.lowRatings, "interaction")) with a lower rating")
    }
    if report.incomplete > 0 {
      lines.append("  passed over: \(Amount.of(report.incomplete, "interaction")) with items without required features")
    }
    return lines
  }

  private static func level(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? String(number) }

  /// What was prepared, line by line.
  static func text(_ report: PreparationReport, folder: String, seconds: Double) -> String {
    let summary = report.summary
    var lines = [
      "\(Amount.of(summary.users, "user")), \(Amount.of(summary.items, "item")), "
        + "\(Amount.of(summary.trainingInteractions, "training interaction")), "
        + "\(Amount.of(summary.testCases, "test case")) in \(Amount.seconds(seconds))",
      "  read: \(Amount.of(summary.interactionsRead, "interaction")) in \(summary.provenance.format) form",
      "  split: \(summary.provenance.split), \(Amount.of(summary.testNegatives, "negative")) per test case; "
        + "\(Amount.of(summary.validationCases, "validation case")) of "
        + Amount.of(summary.validationNegatives, "negative"),
    ]
    if let scale = summary.ratingScale {
      lines.append("  ratings: \(Amount.level(scale.minimum)) to \(Amount.level(scale.maximum))")
    }
    if summary.titledItems > 0 {
      lines.append("  titles: \(Amount.count(summary.titledItems)) of \(Amount.of(summary.items, "item"))")
    }
    lines += featureLines(report)
    if summary.duplicates > 0 {
      lines.append(
        "  duplicates: \(Amount.of(summary.duplicates, "interaction")) replaced by a later one with the same item")
    }
    if summary.usersWithoutNegatives > 0 {
      lines.append(
        "  not evaluated: \(Amount.of(summary.usersWithoutNegatives, "user")) with too few unseen items"
      )
    }
    if summary.usersWithoutTraining > 0 {
      lines.append("  not evaluated: \(Amount.of(summary.usersWithoutTraining, "user")) without training interactions")
    }
    if report.malformed.count > 0 {
      lines.append("  skipped: \(Amount.of(report.malformed.count, "malformed line")), the first of them")
      lines += report.malformed.first.map { "    \($0.path):\($0.line): \($0.problem)" }
    }
    lines.append("written to \(folder)/\(PreparedDataset.fileName)")
    return lines.joined(separator: "\n")
  }
}

/// Shared between a command and the closure that reports to it, on one thread.
final class ProgressBox {
  var work = WorkProgress()
}

extension DatasetFormat: ExpressibleByArgument {}

extension SplitRule: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
