import Interactions
import Plan
import Testing

@Suite struct RatedInteractionsTests {
  @Test func holdsWhatItWasGiven() throws {
    let rated = try RatedInteractions(users: [1, 0], items: [2, 3], ratings: [4.5, 1], userCount: 2, itemCount: 4)
    #expect(
      rated.count == 2 && rated.user(at: 0) == Row(1) && rated.item(at: 1) == Row(3) && rated.rating(at: 0) == 4.5)
  }

  @Test(
    arguments: [([2], [0], [1]), ([0], [4], [1]), ([0], [0], []), ([0], [0, 1], [1])] as [([UInt32], [UInt32], [Float])]
  )
  func refusesArraysThatLie(users: [UInt32], items: [UInt32], ratings: [Float]) {
    #expect(throws: InteractionsError.self) {
      _ = try RatedInteractions(users: users, items: items, ratings: ratings, userCount: 2, itemCount: 4)
    }
  }
}
