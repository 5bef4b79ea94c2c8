package import Plan

/// What a model is ranked on: for each case a user, the item that was held out, and the fixed negatives it competes
/// with, in order. Test and validation sets both have this form. A copy shares the memory and keeps its owner alive.
@safe
package struct EvaluationCases: @unchecked Sendable {
  package let count: Int
  package let negativesPerCase: Int
  // Safety: pointers into memory that `owner` keeps and that nobody writes; the initializer checked every extent.
  private let userRows: UnsafeBufferPointer<UInt32>
  private let itemRows: UnsafeBufferPointer<UInt32>
  private let negativeRows: UnsafeBufferPointer<UInt32>
  private let owner: any AnyObject & Sendable

  /// Borrows cases from memory that `owner` keeps: `users [count]`, `items [count]`, `negatives [count ×
  /// negativesPerCase]`. Throws when the counts contradict each other or a row lies beyond the catalogue.
  package init(
    users: UnsafeBufferPointer<UInt32>, items: UnsafeBufferPointer<UInt32>, negatives: UnsafeBufferPointer<UInt32>,
    negativesPerCase: Int, userCount: Int, itemCount: Int, owner: any AnyObject & Sendable
  ) throws(InteractionsError) {
    guard items.count == users.count else {
      throw InteractionsError("\(items.count) held-out items for \(users.count) cases")
    }
    let (expected, overflows) = users.count.multipliedReportingOverflow(by: negativesPerCase)
    guard negativesPerCase >= 0, !overflows, negatives.count == expected else {
      throw InteractionsError("\(negatives.count) negatives for \(users.count) cases of \(negativesPerCase)")
    }
    if let row = unsafe users.first(where: { $0 >= userCount }) {
      throw InteractionsError("user \(row) of \(userCount)")
    }
    if let row = unsafe items.first(where: { $0 >= itemCount }) {
      throw InteractionsError("item \(row) of \(itemCount)")
    }
    if let row = unsafe negatives.first(where: { $0 >= itemCount }) {
      throw InteractionsError("item \(row) of \(itemCount) among the negatives")
    }
    count = users.count
    self.negativesPerCase = negativesPerCase
    unsafe userRows = users
    unsafe itemRows = items
    unsafe negativeRows = negatives
    self.owner = owner
  }

  /// Cases of their own memory.
  package init(
    users: [UInt32], items: [UInt32], negatives: [UInt32], negativesPerCase: Int, userCount: Int, itemCount: Int
  ) throws(InteractionsError) {
    let (userStorage, itemStorage, negativeStorage) = (
      ArrayStorage(users), ArrayStorage(items), ArrayStorage(negatives)
    )
    // Safety: the owners keep the three arrays.
    try unsafe self.init(
      users: userStorage.elements, items: itemStorage.elements, negatives: negativeStorage.elements,
      negativesPerCase: negativesPerCase, userCount: userCount, itemCount: itemCount,
      owner: Owners([userStorage, itemStorage, negativeStorage]))
  }

  /// The user of a case.
  package func user(at index: Int) -> Row {
    precondition(index >= 0 && index < count, "case \(index) of \(count)")
    return unsafe Row(rawValue: userRows[index])
  }

  /// The item that was held out for a case.
  package func item(at index: Int) -> Row {
    precondition(index >= 0 && index < count, "case \(index) of \(count)")
    return unsafe Row(rawValue: itemRows[index])
  }

  /// The rows of a case's negatives, `[negativesPerCase]`. Given lists may hold the held-out item itself; it counts
  /// once.
  @_lifetime(borrow self)
  package func negatives(at index: Int) -> Span<UInt32> {
    precondition(index >= 0 && index < count, "case \(index) of \(count)")
    let run = index * negativesPerCase..<(index + 1) * negativesPerCase
    // Safety: within the negatives, and the span borrows self, which keeps their owner.
    let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: negativeRows[run]))
    return unsafe _overrideLifetime(span, borrowing: self)
  }
}
