/// Texts of item files, whose encoding nothing announces.
enum ItemText {
  /// UTF-8 where the bytes are that, and Latin-1 where they are not: accented Latin-1 is hardly ever valid UTF-8.
  static func decoded(_ bytes: Span<UInt8>) -> String {
    let bytes = bytes.indices.map { bytes[$0] }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }

  /// Replaces the entities of HTML, by number and the few by name that texts need; what is none stays as it is.
  static func withoutEntities(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[start...]
      // Limit: no entity is longer.
      if let end = rest.prefix(10).firstIndex(of: ";"), let scalar = scalar(rest[rest.index(after: start)..<end]) {
        result.unicodeScalars.append(scalar)
        rest = rest[rest.index(after: end)...]
      } else {
        result.append("&")
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  private static let names: [Substring: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "hellip": "…", "ndash": "–",
    "mdash": "—",
    "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "times": "×", "deg": "°", "frac12": "½",
  ]

  private static func scalar(_ name: Substring) -> Unicode.Scalar? {
    guard name.hasPrefix("#") else { return names[name] }
    let digits = name.dropFirst()
    let number = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init)
  }

  /// A text without blanks at its ends.
  static func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// Genres as a list: `A|B` or `A, B`, without the words that stand for none.
  static func genres(_ text: String) -> [String] {
    let parts = text.contains("|") ? text.split(separator: "|") : text.split(separator: ",")
    return parts.map { trimmed(String($0)) }
      .filter { !$0.isEmpty && $0 != "(no genres listed)" && $0 != "unknown" }
  }

  /// The words of a text, each once: runs of letters and digits in lower case.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    for part in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      let word = String(part)
      if !words.contains(word) { words.append(word) }
    }
    return words
  }
}
