import Interactions
import Plan
import Testing

@Suite struct EvaluationCasesTests {
  @Test func holdsWhatItWasGiven() throws {
    let cases = try EvaluationCases(
      users: [3, 0], items: [5, 6], negatives: [1, 2, 3, 4, 5, 6], negativesPerCase: 3, userCount: 4, itemCount: 7)
    #expect(cases.count == 2 && cases.user(at: 0) == Row(3) && cases.item(at: 1) == Row(6))
    let negatives = cases.negatives(at: 1)
    #expect(negatives.indices.map { negatives[$0] } == [4, 5, 6])
  }

  @Test func holdsNothing() throws {
    let none = try EvaluationCases(
      users: [], items: [], negatives: [], negativesPerCase: 99, userCount: 4, itemCount: 7)
    #expect(none.count == 0)
    let bare = try EvaluationCases(
      users: [1], items: [2], negatives: [], negativesPerCase: 0, userCount: 4, itemCount: 7)
    let nothing = bare.negatives(at: 0).count
    #expect(nothing == 0)
  }

  @Test(
    arguments: [
      ([0], [1, 2], [0], 1), ([0], [1], [0, 1], 1), ([0], [1], [], -1), ([0], [1], [0], .max), ([4], [1], [0], 1),
      ([0], [7], [0], 1), ([0], [1], [7], 1),
    ] as [([UInt32], [UInt32], [UInt32], Int)])
  func refusesArraysThatLie(users: [UInt32], items: [UInt32], negatives: [UInt32], perCase: Int) {
    #expect(throws: InteractionsError.self) {
      _ = try EvaluationCases(
        users: users, items: items, negatives: negatives, negativesPerCase: perCase, userCount: 4, itemCount: 7)
    }
  }
}
