package import Plan

/// Which items each user interacted with, compressed by rows over borrowed memory: `offsets [users + 1]`, `items
/// [count]` ascending within a user, and optionally a rating for each. A copy shares the memory and keeps its owner
/// alive.
@safe
package struct InteractionMatrix: @unchecked Sendable {
  package let users: Int
  package let items: Int
  /// Interactions, all users together.
  package let count: Int
  // Safety: all four point into memory that `owner` keeps and that nobody writes; the initializer checked every extent.
  @usableFromInline let offsets: UnsafePointer<UInt64>
  @usableFromInline let itemRows: UnsafePointer<UInt32>
  @usableFromInline let ratingCodes: UnsafePointer<UInt8>?
  @usableFromInline let ratingValues: UnsafePointer<Float>?
  private let owner: any AnyObject & Sendable

  /// What the ratings of a matrix look like in memory.
  @unsafe package enum Ratings {
    case none
    /// One value per interaction: `[count]`.
    case values(UnsafeBufferPointer<Float>)
    /// One code per interaction, `[count]`, into at most 256 levels.
    case coded(UnsafeBufferPointer<UInt8>, levels: UnsafeBufferPointer<Float>)
  }

  /// Borrows a matrix from memory that `owner` keeps. Throws when the offsets do not describe runs of `rows`; with
  /// `checkingItems`, which reads everything once, also when a run does not ascend or names an item beyond the
  /// catalogue.
  package init(
    offsets: UnsafeBufferPointer<UInt64>, rows: UnsafeBufferPointer<UInt32>, items: Int, ratings: Ratings,
    owner: any AnyObject & Sendable, checkingItems: Bool = true
  ) throws(InteractionsError) {
    guard let firstOffset = offsets.baseAddress, offsets.count > 0 else { throw InteractionsError("no offsets") }
    // Limit: rows are 32-bit numbers.
    guard items >= 0, items <= Int(UInt32.max) else { throw InteractionsError("\(items) items") }
    try unsafe Self.check(offsets: offsets, count: rows.count)
    if checkingItems { try unsafe Self.check(rows: rows, offsets: offsets, items: items) }
    users = offsets.count - 1
    self.items = items
    count = rows.count
    unsafe self.offsets = firstOffset
    // Safety: an empty matrix is never read; any aligned address stands for its missing memory.
    unsafe itemRows = rows.baseAddress ?? UnsafePointer(bitPattern: 64)!
    self.owner = owner
    switch unsafe ratings {
    case .none:
      unsafe ratingCodes = nil
      unsafe ratingValues = nil
    case .values(let values):
      guard values.count == rows.count else {
        throw InteractionsError("\(values.count) ratings for \(rows.count) interactions")
      }
      unsafe ratingCodes = nil
      unsafe ratingValues = values.baseAddress
    case .coded(let codes, let levels):
      guard codes.count == rows.count else {
        throw InteractionsError("\(codes.count) ratings for \(rows.count) interactions")
      }
      if let beyond = unsafe codes.first(where: { $0 >= levels.count }) {
        throw InteractionsError("rating code \(beyond) of \(levels.count) levels")
      }
      unsafe ratingCodes = codes.baseAddress
      unsafe ratingValues = levels.baseAddress
    }
  }

  package var hasRatings: Bool { unsafe ratingValues != nil }

  /// The places of a user's interactions among all: a run of `0 ..< count`.
  @inlinable
  package func range(of user: Row) -> Range<Int> {
    precondition(Int(user.rawValue) < users, "user \(user.rawValue) of \(users)")
    // Safety: the user is within the offsets, which were checked to ascend within the interactions.
    return unsafe Range(
      uncheckedBounds: (
        Int(truncatingIfNeeded: offsets[Int(user.rawValue)]), Int(truncatingIfNeeded: offsets[Int(user.rawValue) + 1])
      ))
  }

  /// The item of the interaction at a place.
  @inlinable
  package func item(at index: Int) -> Row {
    precondition(index >= 0 && index < count, "interaction \(index) of \(count)")
    return unsafe Row(rawValue: itemRows[index])
  }

  /// The rating of the interaction at a place; nil where the data has none.
  @inlinable
  package func rating(at index: Int) -> Float? {
    precondition(index >= 0 && index < count, "interaction \(index) of \(count)")
    guard let values = unsafe ratingValues else { return nil }
    // Safety: every code was checked against the levels.
    if let codes = unsafe ratingCodes { return unsafe values[Int(codes[index])] }
    return unsafe values[index]
  }

  /// A user's items, ascending.
  @inlinable
  @_lifetime(borrow self)
  package func items(of user: Row) -> Span<UInt32> {
    let range = range(of: user)
    // Safety: the range lies within the items, and the span borrows self, which keeps their owner.
    let span = unsafe Span(_unsafeStart: itemRows + range.lowerBound, count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Whether a user interacted with an item: a binary search without branches, ⌈log₂ n⌉ + 1 loads.
  @inlinable
  package func contains(user: Row, item: Row) -> Bool {
    let range = range(of: user)
    var rest = range.count
    guard rest > 0 else { return false }
    let sought = item.rawValue
    // Safety: `base + rest` never leaves the user's run.
    var base = unsafe itemRows + range.lowerBound
    var nearest = unsafe base.pointee
    while rest > 1 {
      let half = rest >> 1
      // The middle item is used twice, so that the compiler selects with moves; it makes a value that is only compared
      // into a branch, which is mispredicted every other time.
      let middle = unsafe base[half]
      let reaches = middle <= sought
      unsafe base += reaches ? half : 0
      nearest = reaches ? middle : nearest
      rest &-= half
    }
    return nearest == sought
  }

  private static func check(offsets: UnsafeBufferPointer<UInt64>, count: Int) throws(InteractionsError) {
    guard unsafe offsets[0] == 0, unsafe offsets[offsets.count - 1] == UInt64(count) else {
      throw InteractionsError("the offsets do not end at \(count) interactions")
    }
    // Limit: rows are 32-bit numbers.
    guard offsets.count - 1 <= Int(UInt32.max) else { throw InteractionsError("\(offsets.count - 1) users") }
    for user in 0..<offsets.count - 1 where unsafe offsets[user] > offsets[user + 1] {
      throw InteractionsError("the offsets descend after user \(user)")
    }
  }

  private static func check(
    rows: UnsafeBufferPointer<UInt32>, offsets: UnsafeBufferPointer<UInt64>, items: Int
  ) throws(InteractionsError) {
    for user in 0..<offsets.count - 1 {
      var least: UInt64 = 0
      for index in unsafe Int(offsets[user])..<Int(offsets[user + 1]) {
        let item = unsafe UInt64(rows[index])
        guard item >= least, item < UInt64(items) else {
          throw InteractionsError("user \(user) has item \(item) out of order or beyond the \(items) items")
        }
        least = item + 1
      }
    }
  }
}
