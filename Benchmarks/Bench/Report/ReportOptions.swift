import ArgumentParser
import Foundation

/// What every measurement is told, and how it prints what it found.
struct ReportOptions: ParsableArguments {
  @Option(help: "How often each figure is taken; medians are reported.") var rounds = 5
  @Option(help: "The commit that was built, for the report.") var commit = "unknown"
  @Option(help: "Also write the tables to this file, as JSON.") var json: String?

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds must be 1 or more") }
  }

  /// Prints the tables as Markdown, below what they were taken on and with.
  func report(_ title: String, _ tables: [ResultTable]) throws {
    let report = BenchReport(
      title: title, machine: Machine.description, commit: commit, command: BenchReport.command(CommandLine.arguments),
      tables: tables)
    print(report.markdown)
    guard let json else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(report).write(to: URL(filePath: json))
  }

  /// Says on standard error what is being measured.
  func say(_ what: String) { FileHandle.standardError.write(Data("\(what)\n".utf8)) }
}

/// The tables of one measurement.
struct BenchReport: Encodable {
  let title: String
  let machine: String
  let commit: String
  let command: String
  let tables: [ResultTable]

  var markdown: String {
    "## \(title)\n\n\(machine); commit `\(commit)`; `\(command)`\n\n"
      + tables.map(\.markdown).joined(separator: "\n")
  }

  /// The command line as another machine would have it: paths by their last name, without what only the report needs.
  static func command(_ arguments: [String]) -> String {
    var words: [String] = []
    var skips = false
    for argument in arguments {
      let isForReport = ["--commit", "--json"].contains(argument)
      if !skips, !isForReport {
        words.append(argument.split(separator: "/").last.map(String.init) ?? argument)
      }
      skips = isForReport
    }
    return words.joined(separator: " ")
  }
}
