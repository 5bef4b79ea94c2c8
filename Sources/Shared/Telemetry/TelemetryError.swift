internal import Glibc

/// A file of a run that cannot be written or read: which, at what call, and what to do about it.
package struct TelemetryError: Error, Equatable, CustomStringConvertible {
  package let path: String
  package let call: String
  package let problem: String
  package let hint: String

  /// A system call that has just failed on this thread with `code`.
  static func system(_ call: String, _ path: String, _ code: Int32) -> TelemetryError {
    // Safety: strerror returns a constant string, or one that stays valid until this thread asks again.
    let text = unsafe String(cString: strerror(code))
    let hint =
      switch code {
      case ENOSPC, EDQUOT: "free some space, then go on with --resume"
      case ENOENT, ENOTDIR: "its folder must exist"
      case EACCES, EPERM, EROFS: "its folder must be writable"
      default: "see \(call)(2)"
      }
    return TelemetryError(path: path, call: call, problem: text, hint: hint)
  }

  /// A file whose content is not what this program writes.
  static func malformed(_ path: String, _ problem: String) -> TelemetryError {
    TelemetryError(path: path, call: "read", problem: problem, hint: "it was written by something else, or is damaged")
  }

  /// Runs `body` and turns what Foundation throws about the file at `path` into an error of this kind.
  static func wrapping<Result>(_ path: String, _ body: () throws -> Result) throws(TelemetryError) -> Result {
    do { return try body() } catch let error as TelemetryError { throw error } catch {
      throw .malformed(path, "\(error)")
    }
  }

  package var description: String { "\(path): \(call): \(problem) (\(hint))" }
}
