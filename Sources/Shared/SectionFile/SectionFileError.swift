import Glibc

/// A section file that cannot be read or written: which file, which part of it, and why.
package struct SectionFileError: Error, Equatable, CustomStringConvertible {
  package enum Problem: Equatable, Sendable {
    /// There is no file of that name.
    case missing
    /// A system call failed; `code` is errno.
    case system(call: String, code: Int32)
    /// Shorter than it says of itself.
    case truncated(expected: UInt64, found: UInt64)
    /// Longer than it says of itself.
    case trailingBytes(expected: UInt64, found: UInt64)
    /// The first bytes are those of some other kind of file.
    case foreign
    case wrongKind(expected: String, found: String)
    case newerVersion(found: UInt32, readable: UInt32)
    /// The part named in `section` is not what was written.
    case checksumMismatch
    /// The part named in `section` contradicts the rest of the file.
    case inconsistent(String)
    /// No section of the name in `section`.
    case noSuchSection
    /// The section's bytes are not a whole number of values.
    case unevenSection(byteCount: Int, stride: Int)
  }

  package let path: String
  /// The section's name, or "prologue", "table", "header" for the parts that every file has.
  package let section: String?
  package let problem: Problem

  package init(path: String, section: String? = nil, _ problem: Problem) {
    self.path = path
    self.section = section
    self.problem = problem
  }

  package var description: String {
    let place = section.map { "\(path): section \"\($0)\"" } ?? path
    return "\(place): \(reason)"
  }

  private var reason: String {
    switch problem {
    case .missing: "no such file"
    case .system(let call, let code): "\(call) failed: \(Self.text(ofErrno: code))"
    case .truncated(let expected, let found): "truncated: \(found) bytes of \(expected)"
    case .trailingBytes(let expected, let found): "\(found) bytes, \(found - expected) more than were written"
    case .foreign: "not a neumf file"
    case .wrongKind(let expected, let found): "holds \"\(found)\", not \"\(expected)\""
    case .newerVersion(let found, let readable):
      "written by a newer version (format \(found); this program reads up to \(readable))"
    case .checksumMismatch: "damaged: its checksum does not match"
    case .inconsistent(let what): "damaged: \(what)"
    case .noSuchSection: "not in the file"
    case .unevenSection(let byteCount, let stride):
      "damaged: \(byteCount) bytes are no whole number of \(stride)-byte values"
    }
  }

  /// What strerror says.
  package static func text(ofErrno code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // Safety: strerror_r writes at most the bytes that it is told of, and ends them with a zero.
    let result = unsafe buffer.withUnsafeMutableBufferPointer { unsafe strerror_r(code, $0.baseAddress!, $0.count) }
    guard result == 0 else { return "errno \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
