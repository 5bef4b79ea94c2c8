import Foundation
import Glibc

/// How far a piece of work on files is: a bar that redraws itself on a terminal, and a line every few seconds
/// elsewhere.
struct WorkProgress {
  private let isTerminal: Bool
  private let begin = ContinuousClock.now
  private var last: ContinuousClock.Instant
  private var isBarShown = false

  /// Faster than the eye on a terminal is waste; a log needs a sign of life only.
  private static let terminalInterval = Duration.milliseconds(100)
  private static let logInterval = Duration.seconds(5)
  private static let barWidth = 30

  init(isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
    self.isTerminal = isTerminal
    last = begin
  }

  /// Shows that `done` of `total` are done, if it is time to.
  /// - Parameter describe: writes an amount, such as bytes
  mutating func show(_ label: String, done: Int, of total: Int, describe: (Int) -> String) {
    let now = ContinuousClock.now
    guard now - last >= (isTerminal ? Self.terminalInterval : Self.logInterval) else { return }
    last = now
    let share = total > 0 ? min(1, Double(done) / Double(total)) : 0
    let perSecond = Double(done) / max(0.001, (now - begin) / .seconds(1))
    let amounts = "\(describe(done)) of \(describe(total)), \(describe(Int(perSecond)))/s"
    if isTerminal {
      let filled = Int(share * Double(Self.barWidth))
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.barWidth - filled)
      put("\r\(label) [\(bar)] \(Int(share * 100)) %  \(amounts)\u{1B}[K")
      isBarShown = true
    } else {
      put("\(label): \(Int(share * 100)) %, \(amounts)\n")
    }
  }

  /// Says what is done now that has no measure.
  mutating func note(_ text: String) {
    if isTerminal {
      put("\r\(text)\u{1B}[K")
      isBarShown = true
    } else if ContinuousClock.now - begin >= Self.logInterval {
      put("\(text)\n")
    }
  }

  /// Takes the bar away.
  mutating func clear() {
    if isBarShown { put("\r\u{1B}[K") }
    isBarShown = false
  }

  /// Seconds since the work began.
  var seconds: Double { (ContinuousClock.now - begin) / .seconds(1) }

  private func put(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Numbers as people write them.
enum Amount {
  /// With commas between thousands.
  static func count(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return number < 0 ? "-\(text)" : text
  }

  /// In the decimal unit that leaves three digits.
  static func bytes(_ count: Int) -> String {
    var (value, units) = (Double(count), ["B", "kB", "MB", "GB", "TB"][...])
    while value >= 999.5, units.count > 1 {
      value /= 1000
      units = units.dropFirst()
    }
    return count < 1000 ? "\(count) B" : "\(decimal(value, value < 99.95 ? 1 : 0)) \(units.first ?? "")"
  }

  static func seconds(_ seconds: Double) -> String { "\(decimal(seconds, seconds < 100 ? 1 : 0)) s" }

  /// A rating, without a fraction where it has none.
  static func level(_ rating: Float) -> String { Int(exactly: rating).map(String.init) ?? String(rating) }

  /// A count with the noun that it counts.
  static func of(_ number: Int, _ noun: String, _ nouns: String? = nil) -> String {
    "\(count(number)) \(number == 1 ? noun : nouns ?? noun + "s")"
  }

  /// All digits of a number and no exponent: 0.00005.
  static func decimal(_ value: Double) -> String {
    var text = decimal(value, 12)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  private static func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
}
