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
