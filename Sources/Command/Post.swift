import Links

/// A process that a job needs, and its successors.
struct Post {
  let name: String
  private let arguments: [String]
  private let log: String?
  private(set) var process: LocalProcess
  /// How much later than it would the next one comes, in seconds.
  private var awaySeconds = 0.0
  /// When its processes ended too soon.
  private var losses: [Double] = []
  /// When the next is due, if there is none.
  private(set) var restartsAt: Double?

  /// When the last of them did; now, if none has.
  var lostAt: Double { losses.last ?? MonotonicClock.seconds }

  // Limit: what ends this often within this many seconds will end again.
  private static let lossLimit = 10
  private static let lossWindow = 20.0
  // Limit: the first successor comes at once, each further one within the window after twice the wait.
  private static let firstWait = 0.05
  private static let longestWait = 5.0

  init(name: String, arguments: [String], log: String?) throws {
    self.name = name
    self.arguments = arguments
    self.log = log
    process = try LocalProcess(name: name, arguments: arguments, log: log)
  }

  /// The next process comes so much later, since this one is about to be killed on purpose.
  mutating func staysAway(for seconds: Double) { awaySeconds = seconds }

  /// Its process has ended too soon: another is due.
  /// - Returns: how long it waits, in words
  /// - Throws: `CommandFailure` when this has happened too often
  mutating func lost(at time: Double, hint: String) throws -> String {
    losses.removeAll { time - $0 > Self.lossWindow }
    losses.append(time)
    guard losses.count < Self.lossLimit else {
      throw CommandFailure(
        .tryAgain, "\(name) ended \(losses.count) times within \(Int(Self.lossWindow)) s", hint: hint)
    }
    let recent = losses.count - 1
    let wait = (recent == 0 ? 0 : min(Self.longestWait, Self.firstWait * Double(1 << recent))) + awaySeconds
    awaySeconds = 0
    restartsAt = time + wait
    return wait > 1 ? " in \(Int(wait)) s" : ""
  }

  /// Starts the next one.
  mutating func restart(adding more: [String] = []) throws {
    process = try LocalProcess(name: name, arguments: arguments + more, log: log)
    restartsAt = nil
  }
}
