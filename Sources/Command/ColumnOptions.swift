import ArgumentParser
import Datasets

/// Which columns of a csv file hold what.
struct ColumnOptions: ParsableArguments {
  @Option(help: "The column of users: its name or, without a header, its number from 1.") var userColumn: String?
  @Option(help: "The column of items.") var itemColumn: String?
  @Option(help: "The column of ratings. (default: none)") var ratingColumn: String?
  @Option(help: "The column of times: seconds, or dates that begin YYYY-MM-DD. (default: the order of the file)")
  var timeColumn: String?
  @Option(help: "What stands between fields; \\t is a tab. (default: ,)") var delimiter: String?
  @Flag(help: "The first line is data; columns are numbers.") var noHeader = false

  /// Throws when csv lacks them or another format has them.
  func resolved(for format: DatasetFormat) throws(CommandFailure) -> CSVColumns? {
    guard format == .csv else {
      let given = [userColumn, itemColumn, ratingColumn, timeColumn, delimiter].contains { $0 != nil } || noHeader
      guard given else { return nil }
      throw CommandFailure(
        .usage, "--user-column, --delimiter and the like are for --format csv, not \(format.rawValue)",
        hint: "leave them out, or use --format csv")
    }
    guard let userColumn, let itemColumn else {
      throw CommandFailure(
        .usage, "\(userColumn == nil ? "--user-column" : "--item-column") is missing",
        hint: "csv needs to know which columns hold users and items")
    }
    let separator = delimiter == "\\t" || delimiter == "tab" ? "\t" : delimiter ?? ","
    return CSVColumns(
      user: userColumn, item: itemColumn, rating: ratingColumn, time: timeColumn, delimiter: separator,
      hasHeader: !noHeader)
  }
}
