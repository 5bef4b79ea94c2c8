import Kernels
import Plan
import Reduction
import Testing

@Suite struct TreeReducerTests {
  private static let shards = 6
  private static let width = 3

  /// A leaf whose values depend on its shard, with rows that overlap its neighbours'.
  private func fill(_ gradient: SparseGradient, shard: Int) {
    let rows = (0..<5).map { UInt32($0 * 2 + shard % 3) }
    gradient.setRows(rows.span)
    let stream = RandomStream(seed: 3, .simulation, UInt64(shard))
    gradient.withMutableValues { values, dense in
      for index in values.indices { values[index] = Float(stream.normal(at: UInt64(index))) }
      for index in dense.indices { dense[index] = Float(stream.normal(at: UInt64(1000 + index))) }
    }
  }

  private func reduce(_ ranges: [Range<Int>]) -> (rows: [UInt32], values: [Float], dense: [Float]) {
    var server = TreeReducer(shards: Self.shards, width: Self.width, denseCount: 4)
    for range in ranges {
      var worker = TreeReducer(shards: Self.shards, width: Self.width, denseCount: 4)
      for shard in range {
        let leaf = worker.blank()
        fill(leaf, shard: shard)
        worker.add(leaf, at: ReductionTree.Node(level: 0, index: UInt16(shard)))
      }
      #expect(worker.entries.map(\.node) == ReductionTree.cover(of: range, over: Self.shards))
      for entry in worker.entries { server.add(entry.gradient, at: entry.node) }
    }
    #expect(server.entries.map(\.node) == [ReductionTree.root(over: Self.shards)])
    let gradient = server.entries[0].gradient
    var values: [Float] = []
    var dense: [Float] = []
    gradient.withValues { rowValues, denseValues in
      for index in rowValues.indices { values.append(rowValues[index]) }
      for index in denseValues.indices { dense.append(denseValues[index]) }
    }
    return (gradient.rows, values, dense)
  }

  @Test(arguments: [[0..<3, 3..<6], [0..<1, 1..<2, 2..<6], [0..<5, 5..<6], [0..<2, 2..<3, 3..<5, 5..<6]])
  func sumDoesNotDependOnWhoAdds(_ ranges: [Range<Int>]) {
    let alone = reduce([0..<6])
    let together = reduce(ranges)
    #expect(alone.rows == together.rows)
    #expect(alone.values.map(\.bitPattern) == together.values.map(\.bitPattern))
    #expect(alone.dense.map(\.bitPattern) == together.dense.map(\.bitPattern))
  }

  @Test func rowThatOneLeafTouchesKeepsItsBits() {
    var reducer = TreeReducer(shards: 2, width: 1, denseCount: 1)
    for shard in 0..<2 {
      let leaf = reducer.blank()
      leaf.setRows([UInt32(shard)].span)
      leaf.withMutableValues { values, dense in
        values[0] = -0.0
        dense[0] = 1
      }
      reducer.add(leaf, at: ReductionTree.Node(level: 0, index: UInt16(shard)))
    }
    let root = reducer.entries[0].gradient
    root.withValues { values, dense in
      #expect(values[0].sign == .minus && values[1].sign == .minus && dense[0] == 2)
    }
  }
}
