/// How many steps behind the newest the weights were with which gradients were computed.
package struct StalenessReport: Codable, Equatable, Sendable {
  package private(set) var maximum: Int
  /// Pushes by their staleness, from 0 to the maximum.
  package private(set) var histogram: [Int]

  package init() {
    maximum = 0
    histogram = []
  }

  /// Counts `pushes` that were `steps` behind.
  package mutating func add(pushes: Int, steps: Int) {
    precondition(pushes >= 0 && steps >= 0 && steps <= Self.limit, "\(pushes) pushes \(steps) steps behind")
    if pushes == 0 { return }
    if steps >= histogram.count { histogram += Array(repeating: 0, count: steps + 1 - histogram.count) }
    histogram[steps] += pushes
    maximum = max(maximum, steps)
  }

  /// Limit: the largest bound that `--consistency ssp:N` takes.
  private static let limit = 1_000_000
}
