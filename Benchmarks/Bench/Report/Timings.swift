/// How long the same thing took, several times over: seconds for one call, round by round.
struct Timings: Sendable, Equatable {
  let seconds: [Double]

  var median: Double { seconds.median }
  var best: Double { seconds.min() ?? 0 }
}

extension [Double] {
  /// The middle one, or the mean of the two in the middle; 0 of none.
  var median: Double {
    let sorted = sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// The least that is not below `share` of all; 0 of none.
  func percentile(_ share: Double) -> Double {
    let sorted = sorted()
    guard !sorted.isEmpty else { return 0 }
    let rank = Int((share * Double(sorted.count)).rounded(.up)) - 1
    return sorted[Swift.min(Swift.max(rank, 0), sorted.count - 1)]
  }
}
