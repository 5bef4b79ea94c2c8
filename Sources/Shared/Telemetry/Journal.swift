internal import FoundationEssentials

/// A short list in a file of its own, replaced whole at every change and on the disk before a change returns: what a
/// process leaves to the one that takes its place.
package struct Journal<Entry: Codable> {
  private let path: String

  package init(path: String) { self.path = path }

  /// What was written last; empty where nothing was.
  package func read() throws(TelemetryError) -> [Entry] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try TelemetryError.wrapping(path) {
      try JSONDecoder().decode([Entry].self, from: try Data(contentsOf: URL(filePath: path)))
    }
  }

  package func write(_ entries: [Entry]) throws(TelemetryError) {
    let bytes = try TelemetryError.wrapping(path) { try JSONEncoder().encode(entries) }
    try OutputFile.replace(path, with: Array(bytes) + [UInt8(ascii: "\n")])
  }
}
