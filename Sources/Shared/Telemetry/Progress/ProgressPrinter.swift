internal import Glibc
package import Plan

/// Shows a training on a terminal or in a log: a line that draws over itself on a tty, else a plain one now and then;
/// below it the table of epochs.
package struct ProgressPrinter: ~Copyable {
  private let descriptor: Int32
  private let isTerminal: Bool
  private let table: EpochTable
  private var hasHeader = false
  private var hasLine = false
  private var lastShown: ContinuousClock.Instant?

  /// Limit: ten times a second is smooth for eyes; a line in five seconds is enough for a log.
  private static let terminalInterval: Duration = .milliseconds(100)
  private static let plainInterval: Duration = .seconds(5)

  package init(descriptor: Int32 = STDOUT_FILENO, topK: Int, objective: Objective = .implicit) {
    self.init(descriptor: descriptor, topK: topK, objective: objective, isTerminal: isatty(descriptor) == 1)
  }

  package init(descriptor: Int32, topK: Int, objective: Objective = .implicit, isTerminal: Bool) {
    self.descriptor = descriptor
    self.isTerminal = isTerminal
    // A reader that goes away, such as `head`, must not end the training with a signal.
    signal(SIGPIPE, SIG_IGN)
    table = EpochTable(topK: topK, objective: objective)
  }

  /// Shows `progress`, unless the line before is too fresh at `now`.
  package mutating func show(_ progress: TrainingProgress, at now: ContinuousClock.Instant) {
    let interval = isTerminal ? Self.terminalInterval : Self.plainInterval
    guard let lastShown else {
      // The first line comes after an interval: a short epoch has only its row.
      self.lastShown = now
      return
    }
    if now - lastShown < interval { return }
    self.lastShown = now
    if isTerminal {
      put("\r" + ProgressLine.render(progress, columns: columns - 1) + "\u{1B}[K")
      hasLine = true
    } else {
      put(ProgressLine.plain(progress) + "\n")
    }
  }

  /// Adds the epoch's row to the table, with the header above the first.
  package mutating func finish(_ epoch: EpochReport, isBest: Bool) {
    clear()
    if !hasHeader { put(table.header + "\n") }
    hasHeader = true
    put(table.row(of: epoch, isBest: isBest) + "\n")
    lastShown = nil
  }

  /// Writes a line of prose between the others.
  package mutating func say(_ text: String) {
    clear()
    put(text + "\n")
  }

  private mutating func clear() {
    if hasLine { put("\r\u{1B}[K") }
    hasLine = false
  }

  /// The terminal's width, or 80 where it does not say.
  private var columns: Int {
    var size = winsize()
    // Safety: ioctl fills the struct in before it returns.
    let result = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size)
    return result == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  private func put(_ text: String) { OpenDescriptor(rawValue: descriptor).say(text) }
}
