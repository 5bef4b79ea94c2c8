import Plan
import Testing

@Suite struct PlacementTests {
  @Test(arguments: [1, 2, 3, 7], [0, 1, 5, 100]) func everyRowHasOnePlace(servers: Int, rows: Int) {
    let placement = Placement(workers: 1, servers: servers)
    var places = Set<[Int]>()
    for row in 0..<UInt32(rows) {
      let server = placement.server(of: row)
      let place = placement.localIndex(of: row)
      #expect(place < placement.rowCount(of: rows, on: ServerID(server)))
      places.insert([server, place])
    }
    #expect(places.count == rows)
    #expect((0..<servers).reduce(0) { $0 + placement.rowCount(of: rows, on: ServerID($1)) } == rows)
  }

  @Test(arguments: [1, 2, 3, 5]) func slicesAndShardsTile(parts: Int) {
    let placement = Placement(workers: parts, servers: parts)
    #expect((0..<parts).flatMap { placement.denseRange(of: 17, on: ServerID($0)) } == Array(0..<17))
    #expect((0..<parts).flatMap { placement.shards(of: 16, for: WorkerID($0)) } == Array(0..<16))
  }

  @Test(arguments: 1...20) func treeCoversEveryRange(shards: Int) {
    for start in 0..<shards {
      for end in start + 1...shards {
        let nodes = ReductionTree.cover(of: start..<end, over: shards)
        #expect(nodes.flatMap { Array($0.shards.clamped(to: 0..<shards)) } == Array(start..<end))
        #expect(zip(nodes, nodes.dropFirst()).allSatisfy { $0.parent != $1.parent })
      }
    }
    #expect(ReductionTree.cover(of: 0..<shards, over: shards) == [ReductionTree.root(over: shards)])
  }

  @Test func shardsAreBalanced() {
    let offsets = (0...1000).map { $0 * ($0 + 1) / 2 }
    let map = ShardMap(users: 1000, into: 16) { offsets[$0] }
    #expect(map.bounds.first == 0 && map.bounds.last == 1000)
    #expect(map.interactions.reduce(0, +) == offsets[1000])
    let share = offsets[1000] / 16
    #expect(map.interactions.allSatisfy { abs($0 - share) <= 1000 })
  }

  @Test func moreShardsThanUsers() {
    let map = ShardMap(users: 2, into: 8) { $0 * 5 }
    #expect(map.interactions.reduce(0, +) == 10)
    #expect((0..<8).reduce(0) { $0 + map.users(of: ShardID($1)).count } == 2)
  }
}
