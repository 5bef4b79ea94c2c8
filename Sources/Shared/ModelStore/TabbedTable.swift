import SectionFile

/// A text file of fields between tabs, a heading on the first line, one row per line, the row's number first. A tab, a
/// line end or a backslash inside a field is written `\t`, `\n`, `\r`, `\\`.
enum TabbedTable {
  static func write(
    _ path: String, heading: [String], count: Int, fields: (Int) -> [String]
  ) throws(ModelStoreError) {
    var file = try DurableFile(path: path)
    try file.append((heading.joined(separator: "\t") + "\n").utf8)
    for row in 0..<count {
      let line = ([String(row)] + fields(row).map(escaped)).joined(separator: "\t") + "\n"
      try file.append(line.utf8)
    }
    try file.finish()
  }

  /// The fields of each row behind its number: `[count]` of `heading.count - 1`. Throws naming the first line that is
  /// not as it was written.
  static func read(_ path: String, heading: [String], count: Int) throws(ModelStoreError) -> [[String]] {
    let map = try FileTree.map(path)
    var rows: [[String]] = []
    var line = 0
    var start = 0
    // Safety: the buffer is used while the map lives.
    let bytes = unsafe map.memory
    while start < map.byteCount {
      line += 1
      let end = unsafe bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? map.byteCount
      guard let text = unsafe String(validating: bytes[start..<end], as: UTF8.self) else {
        throw ModelStoreError(.damaged, path: path, line: line, "bytes that are not UTF-8")
      }
      start = end + 1
      let fields = text.split(separator: "\t", omittingEmptySubsequences: false)
      if line == 1 {
        guard fields.map(String.init) == heading else {
          throw ModelStoreError(
            .damaged, path: path, line: 1, "a heading other than \(heading.joined(separator: ", "))")
        }
        continue
      }
      guard fields.count == heading.count, fields[0] == String(line - 2) else {
        throw ModelStoreError(
          .damaged, path: path, line: line,
          "expected row \(line - 2) with \(heading.count) fields, found \(fields.count)")
      }
      guard rows.count < count else {
        throw ModelStoreError(.damaged, path: path, line: line, "more than \(count) rows")
      }
      rows.append(fields.dropFirst().map(unescaped))
    }
    guard rows.count == count else { throw ModelStoreError(.damaged, path: path, "\(rows.count) rows of \(count)") }
    return rows
  }

  private static func escaped(_ field: String) -> String {
    guard field.unicodeScalars.contains(where: { "\t\n\r\\".unicodeScalars.contains($0) }) else { return field }
    var result = ""
    for scalar in field.unicodeScalars {
      switch scalar {
      case "\t": result += #"\t"#
      case "\n": result += #"\n"#
      case "\r": result += #"\r"#
      case "\\": result += #"\\"#
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func unescaped(_ field: Substring) -> String {
    guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
    var result = ""
    var isEscape = false
    for scalar in field.unicodeScalars {
      if isEscape {
        switch scalar {
        case "t": result += "\t"
        case "n": result += "\n"
        case "r": result += "\r"
        default: result.unicodeScalars.append(scalar)
        }
        isEscape = false
      } else if scalar == "\\" {
        isEscape = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
