import SectionFile

/// A model or a checkpoint that cannot be read or written: which file, which line or part, and why.
package struct ModelStoreError: Error, Equatable, CustomStringConvertible {
  /// What a caller can do about it.
  package enum Kind: Sendable {
    /// A file or folder is not there.
    case missing
    /// The system would not read it.
    case unreadable
    /// It is not what was written, or not what the format asks for.
    case damaged
    /// The system would not write it.
    case unwritable
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

  package var description: String { line.map { "\(path):\($0): \(problem)" } ?? "\(path): \(problem)" }
}

extension ModelStoreError {
  /// A file that could not be opened.
  init(reading error: SectionFileError, hint: String? = nil) {
    let kind: Kind =
      switch error.problem {
      case .missing: .missing
      case .system: .unreadable
      case .truncated, .trailingBytes, .foreign, .wrongKind, .newerVersion, .checksumMismatch, .inconsistent,
        .noSuchSection, .unevenSection:
        .damaged
      }
    self.init(kind, path: error.path, String(error.description.dropFirst(error.path.count + 2)), hint: hint)
  }

  /// A file that could not be written.
  init(writing error: SectionFileError) {
    self.init(.unwritable, path: error.path, String(error.description.dropFirst(error.path.count + 2)))
  }

  /// A system call that failed, from errno.
  init(_ kind: Kind, path: String, call: String, code: Int32) {
    self.init(kind, path: path, "\(call) failed: \(SectionFileError.text(ofErrno: code))")
  }
}
