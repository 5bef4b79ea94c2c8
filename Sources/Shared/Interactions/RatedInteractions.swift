package import Plan

/// Interactions with their ratings, `[count]` each, that a rating model is measured on. A copy shares the memory and
/// keeps its owner alive.
@safe
package struct RatedInteractions: @unchecked Sendable {
  package let count: Int
  // Safety: pointers into memory that `owner` keeps and that nobody writes; the initializer checked every extent.
  private let userRows: UnsafeBufferPointer<UInt32>
  private let itemRows: UnsafeBufferPointer<UInt32>
  private let ratings: UnsafeBufferPointer<Float>
  private let owner: any AnyObject & Sendable

  /// Borrows from memory that `owner` keeps. Throws when the counts differ or a row lies beyond the catalogue.
  package init(
    users: UnsafeBufferPointer<UInt32>, items: UnsafeBufferPointer<UInt32>, ratings: UnsafeBufferPointer<Float>,
    userCount: Int, itemCount: Int, owner: any AnyObject & Sendable
  ) throws(InteractionsError) {
    guard items.count == users.count, ratings.count == users.count else {
      throw InteractionsError("\(users.count) users, \(items.count) items and \(ratings.count) ratings")
    }
    if let row = unsafe users.first(where: { $0 >= userCount }) {
      throw InteractionsError("user \(row) of \(userCount)")
    }
    if let row = unsafe items.first(where: { $0 >= itemCount }) {
      throw InteractionsError("item \(row) of \(itemCount)")
    }
    count = users.count
    unsafe userRows = users
    unsafe itemRows = items
    unsafe self.ratings = ratings
    self.owner = owner
  }

  /// Interactions of their own memory.
  package init(
    users: [UInt32], items: [UInt32], ratings: [Float], userCount: Int, itemCount: Int
  ) throws(InteractionsError) {
    let (userStorage, itemStorage, ratingStorage) = (ArrayStorage(users), ArrayStorage(items), ArrayStorage(ratings))
    // Safety: the owners keep the three arrays.
    try unsafe self.init(
      users: userStorage.elements, items: itemStorage.elements, ratings: ratingStorage.elements, userCount: userCount,
      itemCount: itemCount, owner: Owners([userStorage, itemStorage, ratingStorage]))
  }

  package func user(at index: Int) -> Row {
    precondition(index >= 0 && index < count, "interaction \(index) of \(count)")
    return unsafe Row(rawValue: userRows[index])
  }

  package func item(at index: Int) -> Row {
    precondition(index >= 0 && index < count, "interaction \(index) of \(count)")
    return unsafe Row(rawValue: itemRows[index])
  }

  package func rating(at index: Int) -> Float {
    precondition(index >= 0 && index < count, "interaction \(index) of \(count)")
    return unsafe ratings[index]
  }
}

extension RatedInteractions {
  /// A range of interactions, cut where another user's begin.
  package func runsOfUsers(in range: Range<Int>) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = range.lowerBound
    for index in range where index + 1 == range.upperBound || user(at: index + 1) != user(at: start) {
      runs.append(start..<index + 1)
      start = index + 1
    }
    return runs
  }
}
