/// Which interactions are kept from training.
package enum SplitRule: Hashable, Sendable {
  /// Each user's latest; of equally late ones, the last in the file.
  case leaveOneOut
  /// All that happened after this share of all interactions.
  case temporal(Double)
  /// All but this share, drawn at random.
  case random(Double)
  /// The test cases that the files bring.
  case given

  /// The rule that a text names: `leave-one-out`, `temporal:0.8`, `random:0.8` or `given`.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("leave-one-out", 1): self = .leaveOneOut
    case ("given", 1): self = .given
    case ("temporal", 2):
      guard let share = Double(parts[1]), share > 0, share < 1 else { return nil }
      self = .temporal(share)
    case ("random", 2):
      guard let share = Double(parts[1]), share > 0, share < 1 else { return nil }
      self = .random(share)
    default: return nil
    }
  }
}

extension SplitRule: CustomStringConvertible {
  package var description: String {
    switch self {
    case .leaveOneOut: "leave-one-out"
    case .temporal(let share): "temporal:\(share)"
    case .random(let share): "random:\(share)"
    case .given: "given"
    }
  }
}
