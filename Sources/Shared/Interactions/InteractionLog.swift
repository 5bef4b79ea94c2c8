package import Plan

/// Interactions in the order of the files: 13 bytes each, with ratings of a real scale and times until 2106.
package struct InteractionLog: ~Copyable {
  package private(set) var users = Column<UInt32>()
  package private(set) var items = Column<UInt32>()
  package private(set) var ratings = RatingColumn()
  package private(set) var times = TimeColumn()
  package let hasRatings: Bool
  package let hasTimes: Bool

  package init(hasRatings: Bool, hasTimes: Bool) {
    self.hasRatings = hasRatings
    self.hasTimes = hasTimes
  }

  package var count: Int { users.count }

  /// Adds an interaction; what the log was not made for is ignored.
  package mutating func append(user: Row, item: Row, rating: Float, time: Int64) {
    users.append(user.rawValue)
    items.append(item.rawValue)
    if hasRatings { ratings.append(rating) }
    if hasTimes { times.append(time) }
  }

  /// Gives every user and item a new row: `newUser [old users]`, `newItem [old items]`; nil leaves them as they are.
  package mutating func renumber(users newUser: [UInt32]?, items newItem: [UInt32]?) {
    if let newUser { for index in 0..<count { users[index] = newUser[Int(users[index])] } }
    if let newItem { for index in 0..<count { items[index] = newItem[Int(items[index])] } }
  }

  /// Brings all columns into the order of the users, each user's interactions in the order of the files, and gives
  /// where each begins: `[userCount + 1]`. The users' own column is spent on it.
  mutating func groupByUser(userCount: Int) -> [Int] {
    // Limit: places are 32-bit numbers; four times the largest public data set.
    precondition(count <= Int(UInt32.max), "\(count) interactions")
    var offsets = [Int](repeating: 0, count: userCount + 1)
    for index in 0..<count { offsets[Int(users[index]) + 1] += 1 }
    for user in 0..<userCount { offsets[user + 1] += offsets[user] }
    var next = offsets
    for index in 0..<count {
      let user = Int(users[index])
      users[index] = UInt32(truncatingIfNeeded: next[user])
      next[user] += 1
    }
    items = items.scattered(to: users)
    if hasRatings { ratings.scatter(to: users) }
    if hasTimes { times.scatter(to: users) }
    users = Column(capacity: 0)
    return offsets
  }
}
