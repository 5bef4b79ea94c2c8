import Testing

@testable import Datasets

@Suite struct SyntheticUsersTests {
  @Test(arguments: [
    (50, 100, 2000), (50, 100, 1000), (50, 100, 999), (50, 100, 50), (10, 30, 300), (10, 30, 290), (1, 5, 3),
    (300, 40, 7000),
  ])
  func haveExactlyTheInteractionsAskedFor(users: Int, items: Int, interactions: Int) {
    let model = TasteModel(itemCount: items, seed: 2)
    let synthetic = SyntheticUsers(model: model, userCount: users, interactionCount: interactions, seed: 2)
    #expect(synthetic.counts.reduce(0, +) == interactions)
    #expect(synthetic.counts.allSatisfy { $0 >= min(20, interactions / users) && $0 <= items })
    var scratch = SyntheticUsers.Scratch(itemCount: items)
    var occurring = Set<UInt32>()
    for user in 0..<users {
      synthetic.draw(user, &scratch)
      #expect(scratch.items.count == synthetic.counts[user] && Set(scratch.items).count == scratch.items.count)
      #expect(
        scratch.items.allSatisfy { (1...5).contains(synthetic.rating($0, of: user, scratch)) && $0 < UInt32(items) })
      occurring.formUnion(scratch.items)
    }
    if interactions >= 4 * items { #expect(occurring.count == items) }
  }

  @Test func areDrawnAlikeInAnyOrder() {
    let model = TasteModel(itemCount: 60, seed: 2)
    let synthetic = SyntheticUsers(model: model, userCount: 20, interactionCount: 500, seed: 2)
    var scratch = SyntheticUsers.Scratch(itemCount: 60)
    let forward = (0..<20).map { user in
      synthetic.draw(user, &scratch)
      return scratch.items
    }
    for user in (0..<20).reversed() {
      synthetic.draw(user, &scratch)
      #expect(scratch.items == forward[user])
    }
  }

  @Test func haveTimesThatAscend() {
    for count in [1, 2, 20, 3000] {
      var clock = SyntheticClock(user: 7, count: count, seed: 1)
      let times = (0..<count).map { _ in clock.next() }
      #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
      #expect(times.allSatisfy { (946_684_800..<946_684_800 + 8192 * 86_400).contains($0) })
    }
  }

  /// The planted structure: who knows it finds the held-out item among the first ten of a hundred far more often than
  /// who knows popularity alone.
  @Test func canBeToldApartByWhoKnowsTheirTastes() {
    let (users, items) = (800, 700)
    let model = TasteModel(itemCount: items, seed: 1)
    let synthetic = SyntheticUsers(model: model, userCount: users, interactionCount: 50_000, seed: 1)
    var scratch = SyntheticUsers.Scratch(itemCount: items)
    var counts = [Int](repeating: 0, count: items)
    for user in 0..<users {
      synthetic.draw(user, &scratch)
      for item in scratch.items { counts[Int(item)] += 1 }
    }
    var (byPopularity, byTaste) = (0, 0)
    for user in 0..<users {
      synthetic.draw(user, &scratch)
      guard let held = scratch.items.last else { continue }
      let seen = Set(scratch.items)
      let others = (0..<UInt32(items)).filter { !seen.contains($0) }.enumerated().filter { $0.offset % 5 == user % 5 }
        .map(\.element).prefix(99)
      let taste = model.probability(Int(held), scratch.parts)
      if others.count(where: { counts[Int($0)] >= counts[Int(held)] - 1 }) < 10 { byPopularity += 1 }
      if others.count(where: { model.probability(Int($0), scratch.parts) >= taste }) < 10 { byTaste += 1 }
    }
    #expect(byPopularity < users / 2 && byTaste > users * 7 / 10, "\(byPopularity) and \(byTaste) of \(users)")
  }
}
