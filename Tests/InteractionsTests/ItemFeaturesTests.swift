import Interactions
import Testing

@Suite struct ItemFeaturesTests {
  /// Three items: features 0 and 2; none; 1 and 3.
  private let features: ItemFeatures

  init() throws {
    features = try ItemFeatures(offsets: [0, 2, 2, 4], features: [0, 2, 1, 3], weights: [1, 0.5, -2, 3], count: 4)
  }

  private func entries(_ features: ItemFeatures) -> [[String]] {
    (0..<UInt32(features.itemCount)).map { item in
      features.entries(of: item).map { "\(features.feature(at: $0)):\(features.weight(at: $0))" }
    }
  }

  @Test func keepsSomeRuns() {
    #expect(entries(features) == [["0:1.0", "2:0.5"], [], ["1:-2.0", "3:3.0"]])
    let some = features.selecting([2..<4])
    #expect(some.count == 2 && entries(some) == [["0:0.5"], [], ["1:3.0"]])
    #expect(features.selecting([0..<4]) == features)
    #expect(entries(features.selecting([])) == [[], [], []])
  }

  @Test func addsTheRowsOfFeatures() {
    let rows: [Float] = [1, 2, 3, 4, 5, 6] + [10, 20, 100, 200, 1000, 2000, 0.5, 0.25]
    let completed = features.completed(rows.span, width: 2)
    let expected: [Float] = [511, 1022, 3, 4, -193.5, -393.25]
    #expect(completed == expected)
    let featureRows = Array(rows.dropFirst(6))
    #expect(features.own(completed.span, featureRows: featureRows.span) == Array(rows.prefix(6)))
  }

  @Test func refusesWhatIsNone() {
    func make(_ offsets: [UInt32], _ features: [UInt32], _ weights: [Float]) throws {
      _ = try ItemFeatures(offsets: offsets, features: features, weights: weights, count: 2)
    }
    #expect(throws: InteractionsError.self) { try make([], [], []) }
    #expect(throws: InteractionsError.self) { try make([1], [], []) }
    #expect(throws: InteractionsError.self) { try make([0, 2, 1, 2], [0, 1], [1, 1]) }
    #expect(throws: InteractionsError.self) { try make([0, 3], [0, 1], [1, 1]) }
    #expect(throws: InteractionsError.self) { try make([0, 1], [2], [1]) }
    #expect(throws: InteractionsError.self) { try make([0, 1], [1], [.nan]) }
  }
}
