import Interactions
import Plan
import Ranking

/// Scores out of a table, `[users][items]`.
struct TableScorer: ItemScorer, Sendable {
  let table: [[Float]]
  var itemCount: Int { table.first?.count ?? 0 }

  @_lifetime(scores: copy scores)
  mutating func score(_ user: Row, _ items: Span<UInt32>, into scores: inout MutableSpan<Float>) {
    for index in items.indices { scores[index] = table[Int(user.rawValue)][Int(items[index])] }
  }

  @_lifetime(scores: copy scores)
  mutating func scoreAll(_ user: Row, into scores: inout MutableSpan<Float>) {
    for (item, score) in table[Int(user.rawValue)].enumerated() { scores[item] = score }
  }

  /// Few different scores, so that there are many ties.
  static func drawn(users: Int, items: Int, levels: UInt32 = 9) -> TableScorer {
    let stream = RandomStream(seed: 11, .simulation)
    return TableScorer(
      table: (0..<users).map { user in
        (0..<items).map { Float(stream.index(below: levels, at: UInt64(user * items + $0))) }
      })
  }
}
