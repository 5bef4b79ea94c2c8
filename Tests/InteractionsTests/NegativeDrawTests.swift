import Testing

@testable import Interactions

@Suite struct NegativeDrawTests {
  private func draw(
    _ count: Int, of items: Int, seen: [UInt32], others: [UInt32] = [], user: UInt32 = 3, seed: UInt64 = 1,
    purpose: NegativeDraw.Purpose = .test
  ) -> [UInt32] {
    var draw = NegativeDraw(itemCount: items, seed: seed, purpose: purpose)
    var negatives: [UInt32] = [77]
    draw.append(count, user: user, seen: seen.span, and: others, to: &negatives)
    return Array(negatives.dropFirst())
  }

  @Test(arguments: [(0, 20), (1, 1), (5, 20), (12, 20), (16, 20), (99, 1000)])
  func areDistinctAndNeverSeen(count: Int, items: Int) {
    let seen: [UInt32] = items == 20 ? [1, 5, 5, 19] : []
    let negatives = draw(count, of: items, seen: seen, others: items == 20 ? [7] : [])
    #expect(negatives.count == count && Set(negatives).count == count)
    #expect(Set(negatives).isDisjoint(with: seen + (items == 20 ? [7] : [])))
    #expect(negatives.allSatisfy { $0 < UInt32(items) })
  }

  @Test func dependOnSeedUserAndPurpose() {
    let first = draw(10, of: 500, seen: [4])
    #expect(draw(10, of: 500, seen: [4]) == first)
    #expect(draw(10, of: 500, seen: [4], user: 4) != first)
    #expect(draw(10, of: 500, seen: [4], seed: 2) != first)
    #expect(draw(10, of: 500, seen: [4], purpose: .validation) != first)
  }

  @Test func forgetTheUserBefore() {
    var draw = NegativeDraw(itemCount: 10, seed: 1, purpose: .test)
    var negatives: [UInt32] = []
    draw.append(5, user: 0, seen: [0, 1, 2, 3, 4].span, to: &negatives)
    draw.append(5, user: 1, seen: [5, 6, 7, 8, 9].span, to: &negatives)
    #expect(negatives.prefix(5).sorted() == [5, 6, 7, 8, 9] && negatives.suffix(5).sorted() == [0, 1, 2, 3, 4])
  }

  @Test(arguments: [3, 45]) func areUniform(count: Int) {
    var draw = NegativeDraw(itemCount: 60, seed: 1, purpose: .test)
    var drawn = [Int](repeating: 0, count: 60)
    for user in 0..<2000 {
      var negatives: [UInt32] = []
      draw.append(count, user: UInt32(user), seen: [0, 1].span, to: &negatives)
      for item in negatives { drawn[Int(item)] += 1 }
    }
    let mean = Double(2000 * count) / 58
    #expect(drawn[0] == 0 && drawn[1] == 0)
    #expect(drawn.dropFirst(2).allSatisfy { abs(Double($0) - mean) < 6 * mean.squareRoot() })
  }
}
