/// What is wrong with a line: what was expected of it, and what stood there.
struct Malformation: Error, Equatable {
  let expected: String
  /// The line or the field, escaped and clipped.
  let found: String

  init(expected: String, found: Span<UInt8>) {
    self.expected = expected
    self.found = Self.escaped(found)
  }

  var problem: String { "expected \(expected), found \(found)" }

  /// Longer texts are cut, so that an error stays a line.
  private static let longestText = 80

  /// Bytes as a person can read them: quoted, with what is not printable ASCII as escapes.
  static func escaped(_ bytes: Span<UInt8>) -> String {
    guard !bytes.isEmpty else { return "nothing" }
    var text = "\""
    for index in 0..<min(bytes.count, longestText) {
      switch bytes[index] {
      case 0x09: text += "\\t"
      case 0x0A: text += "\\n"
      case 0x0D: text += "\\r"
      case 0x22: text += "\\\""
      case 0x5C: text += "\\\\"
      case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(bytes[index]))
      default: text += "\\x" + (bytes[index] < 16 ? "0" : "") + String(bytes[index], radix: 16)
      }
    }
    return text + (bytes.count > longestText ? "\" and \(bytes.count - longestText) bytes more" : "\"")
  }
}
