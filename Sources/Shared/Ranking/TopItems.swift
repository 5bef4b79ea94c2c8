package import Plan

/// An item with what it was ranked by.
package struct RankedItem: Sendable, Equatable {
  package let row: Row
  package let score: Float
  package init(row: Row, score: Float) {
    self.row = row
    self.score = score
  }

  /// Higher scores first; of equal ones, lower rows.
  package func precedes(_ other: RankedItem) -> Bool {
    score > other.score || (score == other.score && row < other.row)
  }
}

/// The best of many items, kept in a heap of bounded size whose root is the worst that is kept.
package struct TopItems: Sendable {
  private let limit: Int
  private var heap: [RankedItem] = []

  package init(limit: Int) {
    precondition(limit > 0, "the best \(limit) items")
    self.limit = limit
    heap.reserveCapacity(limit)
  }

  /// - Precondition: the score is a number
  package mutating func offer(_ item: RankedItem) {
    precondition(item.score == item.score, "item \(item.row) scores \(item.score)")
    if heap.count < limit {
      heap.append(item)
      var child = heap.count - 1
      while child > 0, heap[(child - 1) / 2].precedes(heap[child]) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    } else if item.precedes(heap[0]) {
      heap[0] = item
      sink()
    }
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var worst = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[worst].precedes(heap[child]) {
        worst = child
      }
      if worst == parent { return }
      heap.swapAt(parent, worst)
      parent = worst
    }
  }

  /// The best first.
  package var ranked: [RankedItem] { heap.sorted { $0.precedes($1) } }

  /// The best items of a whole catalogue's scores, without those of `excluded`, which ascend; fewer where the catalogue
  /// is exhausted. nil where a score that counts is NaN.
  package static func best(_ limit: Int, of scores: Span<Float>, excluding excluded: Span<UInt32>) -> [RankedItem]? {
    var top = TopItems(limit: limit)
    var next = 0
    for item in scores.indices {
      while next < excluded.count, excluded[next] < item { next += 1 }
      if next < excluded.count, excluded[next] == item { continue }
      guard scores[item] == scores[item] else { return nil }
      top.offer(RankedItem(row: Row(item), score: scores[item]))
    }
    return top.ranked
  }
}
