import Plan
import Testing

@testable import Interactions

/// An interaction as a test writes it.
struct Event: Equatable {
  var user: Int
  var item: UInt32
  var rating: Float = 1
  var time: Int64 = 0
}

func log(_ events: [Event], hasRatings: Bool = true, hasTimes: Bool = true) -> InteractionLog {
  var log = InteractionLog(hasRatings: hasRatings, hasTimes: hasTimes)
  for event in events {
    log.append(user: Row(event.user), item: Row(event.item), rating: event.rating, time: event.time)
  }
  return log
}

/// Events of 40 users and 30 items with many repetitions and equal times, each with a rating of its own.
func manyEvents(_ count: Int = 3000) -> [Event] {
  let stream = RandomStream(seed: 7, .simulation)
  return (0..<count).map { index in
    let counter = UInt64(index) * 3
    return Event(
      user: Int(stream.index(below: 40, at: counter)), item: stream.index(below: 30, at: counter + 1),
      rating: Float(index),
      time: Int64(stream.index(below: 50, at: counter + 2)))
  }
}

@Suite struct UserHistoriesTests {
  @Test(arguments: [false, true], [false, true])
  func agreesWithThePlainWay(hasTimes: Bool, hasRatings: Bool) {
    let events = manyEvents()
    let histories = UserHistories(
      log(events, hasRatings: hasRatings, hasTimes: hasTimes), userCount: 41, itemCount: 30)
    var total = 0
    for user in 0..<41 {
      let own = events.enumerated().filter { $0.element.user == user }
        .sorted {
          hasTimes && $0.element.time != $1.element.time ? $0.element.time < $1.element.time : $0.offset < $1.offset
        }
      let expected = own.enumerated().filter { place, entry in
        !own[(place + 1)...].contains { $0.element.item == entry.element.item }
      }.map(\.element.element)
      let range = histories.range(of: user)
      #expect(range.map { histories.items[$0] } == expected.map(\.item), "user \(user)")
      if hasRatings { #expect(range.map { histories.ratings[$0] } == expected.map(\.rating)) }
      if hasTimes { #expect(range.map { histories.times[$0] } == expected.map(\.time)) }
      total += expected.count
    }
    #expect(histories.count == total && histories.duplicates == events.count - total)
  }

  @Test func keepsTheLatestOfDuplicates() {
    let histories = UserHistories(
      log([
        Event(user: 0, item: 5, rating: 1, time: 9), Event(user: 0, item: 5, rating: 2, time: 3),
        Event(user: 0, item: 6, rating: 3, time: 4), Event(user: 0, item: 6, rating: 4, time: 4),
      ]), userCount: 1, itemCount: 7)
    #expect((0..<histories.count).map { histories.items[$0] } == [6, 5])
    #expect((0..<histories.count).map { histories.ratings[$0] } == [4, 1])
  }

  @Test func dropsUsersWithTooFewAndTheirItems() {
    var histories = UserHistories(
      log([
        Event(user: 0, item: 4, rating: 1), Event(user: 1, item: 3, rating: 2), Event(user: 1, item: 1, rating: 3),
        Event(user: 3, item: 1, rating: 4), Event(user: 3, item: 5, rating: 5),
      ]), userCount: 4, itemCount: 6)
    let kept = histories.keepUsers(withAtLeast: 2)
    #expect(kept.users == [1, 3] && kept.items == [1, 3, 5])
    #expect(histories.userCount == 2 && histories.itemCount == 3)
    #expect((0..<histories.count).map { histories.items[$0] } == [1, 0, 0, 2])
    #expect((0..<histories.count).map { histories.ratings[$0] } == [2, 3, 4, 5])
  }

  @Test func sortsTheTrainingPartByItem() {
    var histories = UserHistories(
      log([
        Event(user: 0, item: 4, rating: 1, time: 1), Event(user: 0, item: 2, rating: 2, time: 2),
        Event(user: 0, item: 3, rating: 3, time: 3), Event(user: 1, item: 1, rating: 4, time: 1),
      ]), userCount: 2, itemCount: 5)
    histories.sortByItem(first: [2, 0])
    #expect((0..<histories.count).map { histories.items[$0] } == [2, 4, 3, 1])
    #expect((0..<histories.count).map { histories.ratings[$0] } == [2, 1, 3, 4])
  }

  @Test func renumbersRows() {
    var events = log([Event(user: 0, item: 1), Event(user: 1, item: 0)])
    events.renumber(users: [1, 0], items: [0, 7])
    #expect((0..<2).map { events.users[$0] } == [1, 0] && (0..<2).map { events.items[$0] } == [7, 0])
  }
}
