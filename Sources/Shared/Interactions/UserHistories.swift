/// What each user interacted with, in the order of time; of equal times, in the order of the files. An item stands in a
/// history once: of several interactions with it the latest is kept.
package struct UserHistories: ~Copyable {
  package private(set) var itemCount: Int
  /// Where each history begins, and where the last ends: `[users + 1]`.
  package private(set) var offsets: [Int]
  package private(set) var items: Column<UInt32>
  package private(set) var ratings: RatingColumn
  package private(set) var times: TimeColumn
  package let hasRatings: Bool
  package let hasTimes: Bool
  /// Interactions that gave way to a later one with the same item.
  package private(set) var duplicates = 0

  package init(_ log: consuming InteractionLog, userCount: Int, itemCount: Int) {
    self.itemCount = itemCount
    hasRatings = log.hasRatings
    hasTimes = log.hasTimes
    offsets = log.groupByUser(userCount: userCount)
    items = log.items
    ratings = log.ratings
    times = log.times
    arrange()
  }

  package var userCount: Int { offsets.count - 1 }
  package var count: Int { items.count }

  package func range(of user: Int) -> Range<Int> { offsets[user]..<offsets[user + 1] }

  /// Orders every history and drops what a later interaction replaces, moving the histories together.
  private mutating func arrange() {
    var scratch = HistoryScratch()
    var end = 0
    for user in 0..<userCount {
      let range = range(of: user)
      offsets[user] = end
      scratch.latestPerItem(items.span, times, hasTimes: hasTimes, in: range)
      scratch.sortByTime(times, hasTimes: hasTimes, from: range.lowerBound)
      gather(scratch.order, from: range.lowerBound, to: end, &scratch)
      end += scratch.order.count
    }
    duplicates = count - end
    offsets[userCount] = end
    truncate(to: end)
  }

  /// Drops users with fewer than `minimum` interactions, then items that nobody interacted with, and closes the gaps.
  /// - Returns: the old rows of those that stay, ascending
  package mutating func keepUsers(withAtLeast minimum: Int) -> (users: [UInt32], items: [UInt32]) {
    var (keptUsers, kept): ([UInt32], [Int]) = ([], [0])
    var end = 0
    for user in 0..<userCount {
      let range = range(of: user)
      guard range.count >= minimum else { continue }
      for index in range {
        items[end] = items[index]
        if hasRatings { ratings.move(from: index, to: end) }
        if hasTimes { times.move(from: index, to: end) }
        end += 1
      }
      keptUsers.append(UInt32(user))
      kept.append(end)
    }
    offsets = kept
    truncate(to: end)
    return (keptUsers, dropUnusedItems())
  }

  private mutating func dropUnusedItems() -> [UInt32] {
    var newRow = [UInt32?](repeating: nil, count: itemCount)
    for index in 0..<count { newRow[Int(items[index])] = 0 }
    var keptItems: [UInt32] = []
    for item in newRow.indices where newRow[item] != nil {
      newRow[item] = UInt32(keptItems.count)
      keptItems.append(UInt32(item))
    }
    for index in 0..<count { items[index] = newRow[Int(items[index])] ?? 0 }
    itemCount = keptItems.count
    return keptItems
  }

  /// Puts the first `counts[user]` of each history into the order of their items.
  package mutating func sortByItem(first counts: [Int]) {
    precondition(counts.count == userCount, "\(counts.count) counts for \(userCount) users")
    var scratch = HistoryScratch()
    for user in 0..<userCount {
      let start = offsets[user]
      precondition(start + counts[user] <= offsets[user + 1], "\(counts[user]) of user \(user)'s interactions")
      scratch.sortByItem(items.span, in: start..<start + counts[user])
      gather(scratch.order, from: start, to: start, &scratch)
    }
  }

  /// Moves the interactions of a history for which `isLater` holds behind the others, both in their order.
  /// - Returns: how many they are
  mutating func partition(user: Int, _ scratch: inout HistoryScratch, isLater: (UInt32) -> Bool) -> Int {
    let range = range(of: user)
    scratch.partition(items.span, in: range, isLater: isLater)
    gather(scratch.order, from: range.lowerBound, to: range.lowerBound, &scratch)
    return scratch.laterCount
  }

  private mutating func gather(_ order: [UInt32], from origin: Int, to first: Int, _ scratch: inout HistoryScratch) {
    scratch.items.removeAll(keepingCapacity: true)
    for place in order { scratch.items.append(items[origin + Int(place)]) }
    for (index, item) in scratch.items.enumerated() { items[first + index] = item }
    if hasRatings { ratings.gather(order, from: origin, to: first, scratch: &scratch.ratings) }
    if hasTimes { times.gather(order, from: origin, to: first, scratch: &scratch.times) }
  }

  private mutating func truncate(to count: Int) {
    items.truncate(to: count)
    if hasRatings { ratings.truncate(to: count) }
    if hasTimes { times.truncate(to: count) }
  }
}
