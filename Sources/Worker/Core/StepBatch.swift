import Plan

/// One step's work of a worker: a leaf per held shard (or one for all of them), and which item rows of which server
/// it needs.
package struct StepBatch {
  var step = Step(rawValue: 0)
  package var leaves: [LeafBatch]
  /// How far each shard is when the step begins and when it ends.
  var starts: [Int] = []
  var ends: [Int] = []
  /// The distinct items of all leaves; their rows arrive in this order.
  private(set) var items: RowSet
  /// Per leaf: where among `items` its distinct items are.
  private(set) var itemPlaces: [[UInt32]]
  /// Per server: the places on it of the rows that are wanted, and where among `items` each belongs.
  private(set) var wanted: [[UInt32]]
  private(set) var slots: [[UInt32]]

  package init(leaves: Int, users: Int, items: Int, servers: Int) {
    self.leaves = (0..<leaves).map { _ in LeafBatch(users: users, items: items) }
    self.items = RowSet(domain: items)
    itemPlaces = Array(repeating: [], count: leaves)
    wanted = Array(repeating: [], count: servers)
    slots = Array(repeating: [], count: servers)
  }

  package var sampleCount: Int { leaves.reduce(0) { $0 + $1.count } }

  /// Gathers what the leaves need.
  mutating func finish(placement: Placement) {
    for leaf in leaves { items.insert(leaf.items.rows, leaf.items.rows.indices) }
    items.number()
    for leaf in leaves.indices { items.slots(of: leaves[leaf].items.rows, into: &itemPlaces[leaf]) }
    for server in wanted.indices {
      wanted[server].removeAll(keepingCapacity: true)
      slots[server].removeAll(keepingCapacity: true)
    }
    for (slot, row) in items.rows.enumerated() {
      let server = placement.server(of: row)
      wanted[server].append(UInt32(placement.localIndex(of: row)))
      slots[server].append(UInt32(slot))
    }
  }
}
