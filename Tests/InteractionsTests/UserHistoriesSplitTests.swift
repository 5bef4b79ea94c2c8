import Testing

@testable import Interactions

@Suite struct UserHistoriesSplitTests {
  @Test func leavesTheLatestOut() throws {
    var histories = UserHistories(
      log([
        Event(user: 0, item: 1, time: 5), Event(user: 0, item: 2, time: 5), Event(user: 0, item: 3, time: 1),
        Event(user: 1, item: 4, time: 1), Event(user: 2, item: 5, time: 2), Event(user: 2, item: 6, time: 1),
      ]), userCount: 4, itemCount: 10)
    let heldOut = try histories.split(.leaveOneOut, negatives: 5, seed: 1)
    #expect(heldOut.test == [HeldOutItem(user: 0, item: 2, rating: 1), HeldOutItem(user: 2, item: 5, rating: 1)])
    #expect(heldOut.validation == [HeldOutItem(user: 0, item: 1, rating: 1)])
    #expect(heldOut.trainingCounts == [2, 1, 1, 0] && heldOut.trainingCount == 4)
  }

  @Test func keepsUsersWithoutEnoughNegativesInTraining() throws {
    let events = (0..<6).map { Event(user: 0, item: UInt32($0)) } + [Event(user: 1, item: 0), Event(user: 1, item: 1)]
    var histories = UserHistories(log(events), userCount: 2, itemCount: 10)
    let heldOut = try histories.split(.leaveOneOut, negatives: 5, seed: 1)
    #expect(heldOut.test.map(\.user) == [1] && heldOut.trainingCounts == [6, 1] && heldOut.usersWithoutNegatives == 1)
    var others = UserHistories(log(events), userCount: 2, itemCount: 10)
    let error = #expect(throws: InteractionsError.self) { _ = try others.split(.leaveOneOut, negatives: 9, seed: 1) }
    #expect(error?.description == "no user has 9 items left as negatives among the 10 items")
  }

  @Test func cutsByTime() throws {
    let events = (0..<10).map { Event(user: $0 % 3, item: UInt32($0), time: Int64($0)) }
    var histories = UserHistories(log(events), userCount: 3, itemCount: 20)
    let heldOut = try histories.split(.temporal(0.6), negatives: 5, seed: 1)
    #expect(heldOut.trainingCounts == [2, 2, 2])
    #expect(
      heldOut.test == [
        HeldOutItem(user: 0, item: 9, rating: 1), HeldOutItem(user: 1, item: 7, rating: 1),
        HeldOutItem(user: 2, item: 8, rating: 1),
      ])
    #expect(heldOut.validation.map(\.item) == [3, 4, 5])
    var timeless = UserHistories(log(events, hasTimes: false), userCount: 3, itemCount: 20)
    #expect(throws: InteractionsError.self) { _ = try timeless.split(.temporal(0.6), negatives: 5, seed: 1) }
  }

  @Test func countsUsersOfWhomNothingIsLeft() throws {
    let events = [Event(user: 0, item: 0, time: 1), Event(user: 0, item: 1, time: 9), Event(user: 1, item: 2, time: 9)]
    var histories = UserHistories(log(events), userCount: 2, itemCount: 20)
    let heldOut = try histories.split(.temporal(0.3), negatives: 5, seed: 1)
    #expect(heldOut.test == [HeldOutItem(user: 0, item: 1, rating: 1)] && heldOut.usersWithoutTraining == 1)
  }

  @Test func drawsItsShareAtRandom() throws {
    func split(seed: UInt64) throws -> (HeldOut, [UInt32]) {
      var histories = UserHistories(log(manyEvents(), hasTimes: false), userCount: 40, itemCount: 200)
      let heldOut = try histories.split(.random(0.8), negatives: 99, seed: seed)
      return (heldOut, (0..<histories.count).map { histories.items[$0] })
    }
    let (first, items) = try split(seed: 1)
    let share = Double(first.trainingCount) / Double(items.count)
    #expect(share > 0.76 && share < 0.84)
    #expect(first.test.count == 40 && first.validation.count == 40)
    let (again, sameItems) = try split(seed: 1)
    #expect(first == again && items == sameItems)
    #expect(try split(seed: 2).0 != first)
  }

  @Test func takesGivenCasesAsTheyAre() throws {
    let events = [Event(user: 0, item: 0, time: 1), Event(user: 0, item: 1, time: 9), Event(user: 1, item: 2, time: 9)]
    var histories = UserHistories(log(events), userCount: 2, itemCount: 8)
    let cases = [HeldOutItem(user: 1, item: 7, rating: 1), HeldOutItem(user: 0, item: 3, rating: 1)]
    let heldOut = try histories.split(.given, negatives: 5, seed: 1, cases: cases)
    #expect(heldOut.test == cases && heldOut.trainingCounts == [2, 1])
    #expect(heldOut.validation == [HeldOutItem(user: 0, item: 1, rating: 1)])
    let fewer = try histories.split(.given, negatives: 6, seed: 1, cases: cases)
    #expect(fewer.validation.isEmpty)
  }

  @Test func refusesToLeaveNothing() {
    var histories = UserHistories(log([Event(user: 0, item: 0)]), userCount: 1, itemCount: 5)
    let error = #expect(throws: InteractionsError.self) { _ = try histories.split(.leaveOneOut, negatives: 1, seed: 1) }
    #expect(error?.description == "the split leave-one-out leaves no user to test on")
  }

  @Test(arguments: [(99, 20, 16), (10, 20, 10), (99, 4, 1), (99, 3, 1)])
  func takesAsManyNegativesAsAlmostAllUsersHave(limit: Int, items: Int, expected: Int) {
    let events = (0..<40).flatMap { user in (0..<3).map { Event(user: user, item: UInt32($0)) } }
    let others = (0..<items).map { Event(user: 40, item: UInt32($0)) } + [Event(user: 41, item: 0)]
    let histories = UserHistories(log(events + others), userCount: 42, itemCount: items)
    let negatives = histories.negatives(upTo: limit)
    #expect(negatives == expected)
  }
}
