import SectionFile

/// Data that cannot be read, used or written: which file, which line, what was expected and what stood there.
package struct DatasetError: Error, Equatable, CustomStringConvertible {
  /// What a caller can do about it.
  package enum Kind: Sendable {
    /// A file or folder is not there.
    case missing
    /// The system would not read it.
    case unreadable
    /// A line, or the whole, is not what the format asks for.
    case malformed
    /// The options do not fit the data.
    case unfit
    /// The system would not write it.
    case unwritable
    /// A person asked to stop.
    case interrupted
  }

  package let kind: Kind
  package let path: String
  /// Counted from 1.
  package let line: Int?
  package let problem: String
  package let hint: String?

  package init(_ kind: Kind, path: String, line: Int? = nil, _ problem: String, hint: String? = nil) {
    self.kind = kind
    self.path = path
    self.line = line
    self.problem = problem
    self.hint = hint
  }

  package var description: String {
    line.map { "\(path):\($0): \(problem)" } ?? "\(path): \(problem)"
  }
}

extension DatasetError {
  /// A container that could not be opened.
  init(reading error: SectionFileError) {
    let problem = String(error.description.dropFirst(error.path.count + 2))
    switch error.problem {
    case .missing:
      self.init(.missing, path: error.path, "no such file", hint: "`neumf prepare` makes it from ratings")
    case .system: self.init(.unreadable, path: error.path, problem)
    case .foreign, .wrongKind:
      self.init(.malformed, path: error.path, problem, hint: "`neumf prepare` makes data.neumf from ratings")
    case .newerVersion: self.init(.malformed, path: error.path, problem, hint: "prepare the data anew, or update neumf")
    case .truncated, .trailingBytes, .checksumMismatch, .inconsistent, .noSuchSection, .unevenSection:
      self.init(
        .malformed, path: error.path, problem, hint: "the file was damaged after it was written; prepare the data anew")
    }
  }

  /// A container that could not be written.
  init(writing error: SectionFileError) {
    self.init(.unwritable, path: error.path, String(error.description.dropFirst(error.path.count + 2)))
  }
}

/// A line that a reader passed over.
package struct SkippedLine: Sendable, Equatable {
  package let path: String
  package let line: Int
  package let problem: String
}

/// What a reader does with malformed lines: stop at the first, or count them and remember the first few.
package struct MalformedLines: Sendable {
  package let areSkipped: Bool
  package private(set) var count = 0
  package private(set) var first: [SkippedLine] = []
  /// Enough to recognize a pattern.
  private static let remembered = 5

  package init(areSkipped: Bool) { self.areSkipped = areSkipped }

  /// Counts a malformed line, or throws it.
  mutating func note(path: String, line: Int, _ problem: String) throws(DatasetError) {
    guard areSkipped else {
      throw DatasetError(
        .malformed, path: path, line: line, problem, hint: "--skip-malformed counts such lines and goes on")
    }
    count += 1
    if first.count < Self.remembered { first.append(SkippedLine(path: path, line: line, problem: problem)) }
  }
}
