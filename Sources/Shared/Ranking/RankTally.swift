import Glibc

/// How many held-out items came out at each rank. Tallies of parts add up to the tally of the whole, in any order,
/// since they are integers; the measures are computed from the sums.
package struct RankTally: Sendable, Equatable, Codable {
  /// `counts[r]` cases had their held-out item at rank r, from 0: `[topK]`.
  package private(set) var counts: [UInt64]
  /// All cases, those with a rank of `topK` or beyond included.
  package private(set) var cases: UInt64

  package init(topK: Int) {
    precondition(topK > 0, "rankings of length \(topK)")
    counts = [UInt64](repeating: 0, count: topK)
    cases = 0
  }

  package init(counts: [UInt64], cases: UInt64) {
    self.counts = counts
    self.cases = cases
  }

  package var topK: Int { counts.count }

  /// Whether a tally that was read is one of `topK` ranks, and of no more cases than it says.
  package func isWhole(topK: Int) -> Bool {
    guard counts.count == topK else { return false }
    var left = cases
    for count in counts {
      guard count <= left else { return false }
      left -= count
    }
    return true
  }

  /// Counts a case whose held-out item has `rank` items before it.
  package mutating func record(rank: Int) {
    precondition(rank >= 0, "rank \(rank)")
    cases += 1
    if rank < counts.count { counts[rank] += 1 }
  }

  package static func += (left: inout RankTally, right: RankTally) {
    precondition(left.topK == right.topK, "tallies of \(left.topK) and \(right.topK) ranks")
    for rank in left.counts.indices { left.counts[rank] += right.counts[rank] }
    left.cases += right.cases
  }

  /// The share of cases whose item is among the first `length` (He et al. 2017, section 4.1); 0 without cases.
  package func hitRatio(at length: Int) -> Double {
    precondition(length >= 1 && length <= topK, "HR@\(length) of \(topK) ranks")
    guard cases > 0 else { return 0 }
    return Double(counts[..<length].reduce(0, +)) / Double(cases)
  }

  /// The mean of ln 2 / ln(rank + 2) over the cases, 0 for an item that is not among the first `length`; 0 without
  /// cases.
  package func ndcg(at length: Int) -> Double {
    precondition(length >= 1 && length <= topK, "NDCG@\(length) of \(topK) ranks")
    guard cases > 0 else { return 0 }
    var gain = 0.0
    for rank in 0..<length { gain += Double(counts[rank]) * (log(2) / log(Double(rank + 2))) }
    return gain / Double(cases)
  }
}
