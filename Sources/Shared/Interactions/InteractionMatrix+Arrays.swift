/// Arrays that live as long as this object; what a matrix or cases over arrays borrow.
@safe
final class ArrayStorage<Element: BitwiseCopyable>: @unchecked Sendable {
  // Safety: allocated and filled in init, never written again, released in deinit.
  let elements: UnsafeBufferPointer<Element>

  init(_ array: [Element]) {
    let copy = UnsafeMutableBufferPointer<Element>.allocate(capacity: array.count)
    // Safety: exactly as many elements as were allocated.
    _ = unsafe copy.initialize(from: array)
    unsafe elements = UnsafeBufferPointer(copy)
  }

  deinit {
    unsafe elements.deallocate()
  }
}

/// Several owners as one.
final class Owners: Sendable {
  private let all: [any AnyObject & Sendable]
  init(_ all: [any AnyObject & Sendable]) { self.all = all }
}

extension InteractionMatrix {
  /// A matrix of its own memory, for simulations and tests.
  /// - Parameters:
  ///   - itemsOfUsers: each user's items in any order, `[users]`; an item twice counts once
  ///   - items: the size of the catalogue
  ///   - rating: the rating of a user's item, or nil for a matrix without ratings
  package init(itemsOfUsers: [[UInt32]], items: Int, rating: ((Int, UInt32) -> Float)? = nil) throws(InteractionsError)
  {
    var offsets: [UInt64] = [0]
    var rows: [UInt32] = []
    var values: [Float] = []
    for (user, itemsOfUser) in itemsOfUsers.enumerated() {
      let ascending = Set(itemsOfUser).sorted()
      rows += ascending
      if let rating { values += ascending.map { rating(user, $0) } }
      offsets.append(UInt64(rows.count))
    }
    let offsetStorage = ArrayStorage(offsets)
    let rowStorage = ArrayStorage(rows)
    let valueStorage = ArrayStorage(values)
    // Safety: the owners keep the three arrays.
    try unsafe self.init(
      offsets: offsetStorage.elements, rows: rowStorage.elements, items: items,
      ratings: rating == nil ? .none : .values(valueStorage.elements),
      owner: Owners([offsetStorage, rowStorage, valueStorage]))
  }
}
