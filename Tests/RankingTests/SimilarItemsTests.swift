import Plan
import Ranking
import Testing

@Suite struct SimilarItemsTests {
  private func model(_ kind: ModelKind, layers: [Int] = [4, 2], itemRows: [Float]) -> RankingModel {
    let shape = NetworkShape(model: kind, factors: 2, layers: layers)
    return RankingModel(
      shape: shape, userRows: [], itemRows: itemRows,
      dense: [Float](repeating: 0, count: shape.denseCount))
  }

  @Test func ordersByTheAngle() {
    let similar = SimilarItems(model(.gmf, itemRows: [1, 0, 100, 1, 0, 5, -3, 0, 0.5, 0.5]))
    let found = similar.nearest(to: Row(0), limit: 9)
    #expect(found?.map(\.row) == [Row(1), Row(4), Row(2), Row(3)])
    #expect(found.map { abs($0[1].score - 0.70710678) < 1e-6 && $0[3].score == -1 } == true)
  }

  @Test func weighsBothPartsAlike() {
    // Factors of item 1 point as those of item 0, its tower embedding the other way, however long it is.
    let similar = SimilarItems(model(.neumf, itemRows: [1, 0, 100, 0, 3, 0, -1, 0, 0, 1, 1, 0]))
    let found = similar.nearest(to: Row(0), limit: 2)
    #expect(found?.map(\.row) == [Row(2), Row(1)])
    #expect(found.map { abs($0[0].score - 0.5) < 1e-6 && abs($0[1].score) < 1e-6 } == true)
  }

  @Test func leavesOutTheBias() {
    let similar = SimilarItems(model(.mf, itemRows: [1, 0, 50, 0, 1, 50, 1, 0.1, -50]))
    #expect(similar.nearest(to: Row(0), limit: 1)?.map(\.row) == [Row(2)])
  }

  @Test func standsAnItemWithoutADirection() {
    let similar = SimilarItems(model(.gmf, itemRows: [0, 0, 1, 1, -1, 0]))
    #expect(similar.nearest(to: Row(0), limit: 2)?.map(\.score) == [0, 0])
    #expect(SimilarItems(model(.gmf, itemRows: [.nan, 0, 1, 1])).nearest(to: Row(1), limit: 1) == nil)
  }
}
