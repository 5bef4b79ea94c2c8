package import Plan

/// Adds contributions along the fixed tree as soon as both children of a node are there. Contributions come from left
/// to right; what remains at the end are the fewest nodes that hold them.
package struct TreeReducer {
  package struct Entry {
    package let node: ReductionTree.Node
    package let gradient: SparseGradient

    package init(node: ReductionTree.Node, gradient: SparseGradient) {
      self.node = node
      self.gradient = gradient
    }
  }
  package let shards: Int
  package let width: Int
  package let denseCount: Int
  /// From left to right.
  package private(set) var entries: [Entry] = []
  private var pool: [SparseGradient] = []

  package init(shards: Int, width: Int, denseCount: Int) {
    self.shards = shards
    self.width = width
    self.denseCount = denseCount
  }

  /// An empty gradient to fill; `add` gives it back in due time.
  package mutating func blank() -> SparseGradient {
    pool.popLast() ?? SparseGradient(width: width, denseCount: denseCount)
  }

  /// Adds a node's contribution, right of all that were added before.
  package mutating func add(_ gradient: SparseGradient, at node: ReductionTree.Node) {
    if let last = entries.last {
      precondition(last.node.shards.upperBound <= node.shards.lowerBound, "\(node) added after \(last.node)")
    }
    var entry = Entry(node: node, gradient: gradient)
    let root = ReductionTree.root(over: shards)
    while entry.node.level < root.level {
      if entry.node.isLeft {
        // A right sibling without a single shard adds nothing.
        guard entry.node.sibling.shards.lowerBound >= shards else { break }
        entry = Entry(node: entry.node.parent, gradient: entry.gradient)
        continue
      }
      guard let left = entries.last, left.node == entry.node.sibling else { break }
      entries.removeLast()
      let sum = blank()
      sum.becomeSum(of: left.gradient, and: entry.gradient)
      pool.append(left.gradient)
      pool.append(entry.gradient)
      entry = Entry(node: entry.node.parent, gradient: sum)
    }
    entries.append(entry)
  }

  /// Takes back a gradient that was not added.
  package mutating func recycle(_ gradient: SparseGradient) { pool.append(gradient) }

  /// Forgets the contributions and keeps their memory.
  package mutating func removeAll() {
    for entry in entries { pool.append(entry.gradient) }
    entries.removeAll(keepingCapacity: true)
  }
}
