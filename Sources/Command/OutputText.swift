import Foundation

/// Lines, numbers and values as commands print them.
enum OutputText {
  /// Prints a line at once, in a log, too: what other processes say after it comes behind it.
  static func say(_ text: String) {
    print(text)
    // Without a stream it writes out what all of them hold.
    _ = fflush(nil)
  }

  /// A number with so many digits behind the point.
  static func fixed(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", number) }

  /// A count with commas between thousands.
  static func grouped(_ count: Int) -> String {
    var digits = Array(String(count))
    var place = digits.count - 3
    while place > (count < 0 ? 1 : 0) {
      digits.insert(",", at: place)
      place -= 3
    }
    return String(digits)
  }

  /// The JSON of `--json`.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
