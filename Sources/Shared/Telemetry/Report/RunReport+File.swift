internal import FoundationEssentials

extension RunReport {
  /// The text of report.json: indented, keys in order.
  package func json() throws(TelemetryError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes = try TelemetryError.wrapping("report.json") { try encoder.encode(self) }
    return String(decoding: bytes, as: UTF8.self) + "\n"
  }

  /// Puts the report at `path`, whole or not at all.
  package func write(to path: String) throws(TelemetryError) {
    try OutputFile.replace(path, with: Array(try json().utf8))
  }

  /// The report at `path`, of a run that goes on.
  package init(contentsOf path: String) throws(TelemetryError) {
    self = try TelemetryError.wrapping(path) {
      try JSONDecoder().decode(RunReport.self, from: try Data(contentsOf: URL(filePath: path)))
    }
  }
}
