internal import FoundationEssentials
internal import Glibc
package import Logging

/// The log of one process, `log/ROLE-INDEX.log` in the run's folder: a line per message, in the file before the call
/// returns.
package struct LogFile: LogHandler {
  package var logLevel = Logger.Level.info
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  private let role: String
  private let file: SharedFile

  /// A logger that appends to the role's file in `run`, whose folder is made where it is missing.
  package static func logger(run: String, role: String, index: Int) throws(TelemetryError) -> Logger {
    let folder = run + "/log"
    try TelemetryError.wrapping(folder) {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    let name = "\(role)-\(index)"
    let file = SharedFile(try OutputFile(path: "\(folder)/\(name).log", .asItWas))
    return Logger(label: name) { LogFile(role: $0, file: file) }
  }

  private init(role: String, file: SharedFile) {
    self.role = role
    self.file = file
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let own = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }
    let all = own.merging(event.metadata ?? [:]) { $1 }
    let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    file.write(Self.line(time: time, level: event.level, role: role, message: "\(event.message)", metadata: all))
  }

  /// `TIME LEVEL ROLE MESSAGE key=value…`, the keys in order, on one line whatever the message holds.
  package static func line(
    time: String, level: Logger.Level, role: String, message: String, metadata: Logger.Metadata
  ) -> String {
    let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }
    let text = "\(time) \(level.rawValue.uppercased()) \(role) \(message)" + pairs.joined()
    return String(text.map { $0.isNewline ? " " : $0 }) + "\n"
  }

  private static func quoted(_ value: String) -> String {
    value.isEmpty || value.contains(where: { $0.isWhitespace || $0 == "\"" })
      ? "\"" + value.replacing("\"", with: "'") + "\"" : value
  }
}

/// An open file that copies of a handler share. Each line is one write to the end of the file, so that none needs a
/// lock.
private final class SharedFile: Sendable {
  private let file: OutputFile

  init(_ file: consuming OutputFile) {
    self.file = file
  }

  /// A log that cannot be written is no reason to stop a training: the line then goes to standard error.
  func write(_ line: String) {
    do { try file.write(line) } catch { OpenDescriptor.standardError.say("\(error)\n\(line)") }
  }
}
