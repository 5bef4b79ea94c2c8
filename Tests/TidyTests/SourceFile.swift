import Foundation

/// A Swift file of this repository, line by line.
struct SourceFile: Sendable {
  /// From the repository's root, such as `Sources/Worker/Core/BatchStream.swift`.
  let path: String
  let lines: [String]
  /// The lines without what stands in quotes or behind `//`.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    code = lines.map { Self.code(of: $0) }
  }

  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  var isTest: Bool { path.hasPrefix("Tests/") }
  var isGenerated: Bool { path.hasSuffix(".pb.swift") }
  /// The rules quote what they forbid.
  var isRule: Bool { path.hasPrefix("Tests/TidyTests/") }

  /// The line without what stands in quotes or behind `//`, as far as one line can tell.
  static func code(of line: String) -> String {
    var result: [UInt8] = []
    var isQuoted = false
    var previous = UInt8(ascii: " ")
    for byte in line.utf8 {
      if byte == UInt8(ascii: "\"") && previous != UInt8(ascii: "\\") {
        isQuoted.toggle()
      } else if !isQuoted {
        if byte == UInt8(ascii: "/") && previous == UInt8(ascii: "/") {
          result.removeLast()
          break
        }
        result.append(byte)
      }
      previous = byte
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// All Swift files below Sources, Tests and Benchmarks, and Package.swift, in order; read once.
  static let all = Result { try read() }

  private static func read() throws -> [SourceFile] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var paths = ["Package.swift"]
    for folder in ["Sources", "Tests", "Benchmarks"] {
      let below = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      for case let path as String in below ?? .init() where path.hasSuffix(".swift") && !path.contains(".build/") {
        paths.append("\(folder)/\(path)")
      }
    }
    return try paths.sorted().map { path in
      SourceFile(path: path, text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
    }
  }
}
