import FaultSimulation
import Glibc

/// What stands on the command line.
struct Options {
  var first: UInt64 = 1
  var schedules = 1000
  var jobs = 2
  /// Which of the jobs' parts this process runs.
  var part: Int?
  var seed: UInt64?
  var plan: String?
  var bug: SeededBug?

  init(_ words: some Sequence<String>) {
    var words = words.makeIterator()
    while let option = words.next() {
      guard let value = words.next() else { Self.refuse("\(option) without a value") }
      switch option {
      case "--first": first = Self.number(value)
      case "--schedules": schedules = Self.number(value)
      case "--jobs": jobs = Self.number(value)
      case "--part": part = Self.number(value)
      case "--seed": seed = Self.number(value)
      case "--plan": plan = value
      case "--bug":
        guard let known = SeededBug(rawValue: value) else {
          Self.refuse("no bug \(value); there are \(SeededBug.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        bug = known
      default: Self.refuse("no option \(option); there are --first, --schedules, --jobs, --seed, --plan and --bug")
      }
    }
    guard jobs > 0, schedules >= 0 else { Self.refuse("\(schedules) schedules in \(jobs) jobs") }
  }

  private static func number<Number: FixedWidthInteger>(_ text: String) -> Number {
    guard let number = Number(text) else { refuse("\(text) is no number") }
    return number
  }

  private static func refuse(_ problem: String) -> Never {
    print("neumf-simulate: \(problem)")
    exit(64)
  }
}
