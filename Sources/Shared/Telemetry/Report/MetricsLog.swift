internal import FoundationEssentials

/// The file metrics.jsonl: one JSON object a line, each in the file before the call that adds it returns.
package struct MetricsLog: ~Copyable {
  private let file: OutputFile
  private let encoder: JSONEncoder

  /// Begins the file at `path`, or goes on with it after `epoch`: lines of later epochs, which will be trained again,
  /// go, and so does a last line that was torn off.
  package init(path: String, resumingAfter epoch: Int? = nil) throws(TelemetryError) {
    if let epoch, FileManager.default.fileExists(atPath: path) {
      let kept = try TelemetryError.wrapping(path) {
        try Self.lines(of: String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self), upTo: epoch)
      }
      try OutputFile.replace(path, with: Array(kept.utf8))
      file = try OutputFile(path: path, .asItWas)
    } else {
      file = try OutputFile(path: path, .empty)
    }
    encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
  }

  package func append(_ line: MetricsLine) throws(TelemetryError) {
    let bytes = try TelemetryError.wrapping(file.path) { try encoder.encode(line) }
    try file.write(Array(bytes) + [UInt8(ascii: "\n")])
  }

  /// The whole lines of `text` whose epoch is at most `epoch`.
  private static func lines(of text: String, upTo epoch: Int) throws -> String {
    let decoder = JSONDecoder()
    var kept = ""
    var rest = text[...]
    while let end = rest.firstIndex(of: "\n") {
      let line = rest[...end]
      rest = rest[rest.index(after: end)...]
      do {
        if try decoder.decode(MetricsLine.self, from: Data(line.utf8)).epoch <= epoch { kept += line }
      } catch is DecodingError {
        // A crash tore it, and what came next was written to its end; the epochs before and after it are worth keeping.
        continue
      }
    }
    return kept
  }
}
