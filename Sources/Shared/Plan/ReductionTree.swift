/// The fixed binary tree by which the shards' contributions to a step are added. Whoever adds, and in whatever order
/// the parts arrive, the same pairs of numbers meet: that is why the sum's bits do not depend on placement.
package enum ReductionTree {
  /// The shards `index << level ..< (index + 1) << level`; a node without contributions adds nothing, not even zero.
  package struct Node: Hashable, Sendable {
    package let level: UInt8
    package let index: UInt16

    package init(level: UInt8, index: UInt16) {
      self.level = level
      self.index = index
    }
    package var parent: Node { Node(level: level + 1, index: index >> 1) }
    package var sibling: Node { Node(level: level, index: index ^ 1) }
    package var isLeft: Bool { index & 1 == 0 }
    package var shards: Range<Int> { Int(index) << Int(level)..<(Int(index) + 1) << Int(level) }
  }

  /// The root over `shards` leaves.
  package static func root(over shards: Int) -> Node {
    precondition(shards > 0 && shards <= Int(UInt16.max), "\(shards) shards")
    return Node(level: UInt8(Int.bitWidth - (shards - 1).leadingZeroBitCount), index: 0)
  }

  /// The fewest nodes that hold exactly the shards of `range`, from left to right, where `range` ends at `shards` its
  /// last node may reach beyond.
  package static func cover(of range: Range<Int>, over shards: Int) -> [Node] {
    let top = root(over: shards)
    let end = range.upperBound == shards ? 1 << Int(top.level) : range.upperBound
    var nodes: [Node] = []
    var start = range.lowerBound
    while start < end && start < shards {
      var level = min(start == 0 ? Int(top.level) : start.trailingZeroBitCount, Int(top.level))
      while start + (1 << level) > end { level -= 1 }
      nodes.append(Node(level: UInt8(level), index: UInt16(start >> level)))
      start += 1 << level
    }
    return nodes
  }
}
