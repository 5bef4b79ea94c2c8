import Interactions
import Plan
import Testing

@Suite struct InteractionMatrixTests {
  /// One user per count, with items spread over the catalogue by steps that differ from user to user.
  private static let counts = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65]
  private static let catalogue = 300
  private static let lists: [[UInt32]] = counts.enumerated().map { user, count in
    (0..<count).map { UInt32(($0 * (2 + user % 3) + user) % catalogue) }
  }

  @Test func holdsWhatItWasGiven() throws {
    let matrix = try InteractionMatrix(itemsOfUsers: Self.lists.map { $0.reversed() }, items: Self.catalogue)
    #expect(matrix.users == 13 && matrix.items == 300 && matrix.count == Self.counts.reduce(0, +))
    for (user, list) in Self.lists.enumerated() {
      let row = Row(user)
      #expect(matrix.range(of: row).count == list.count)
      #expect(matrix.range(of: row).map { matrix.item(at: $0).rawValue } == list.sorted())
      let span = matrix.items(of: row)
      #expect(span.indices.map { span[$0] } == list.sorted())
    }
  }

  @Test func findsExactlyTheItemsOfAUser() throws {
    let matrix = try InteractionMatrix(itemsOfUsers: Self.lists, items: Self.catalogue)
    for (user, list) in Self.lists.enumerated() {
      let found = (0..<Self.catalogue).filter { matrix.contains(user: Row(user), item: Row($0)) }
      #expect(found == list.sorted().map(Int.init), "user \(user)")
    }
  }

  @Test func keepsRatings() throws {
    let matrix = try InteractionMatrix(itemsOfUsers: [[4, 2], [7]], items: 8) { user, item in
      Float(user * 10) + Float(item)
    }
    #expect(matrix.hasRatings && (0..<3).map { matrix.rating(at: $0) } == [2, 4, 17])
    let plain = try InteractionMatrix(itemsOfUsers: [[4, 2], [7]], items: 8)
    #expect(!plain.hasRatings && plain.rating(at: 0) == nil)
  }

  @Test func decodesRatings() throws {
    let matrix = try borrowed(offsets: [0, 2, 3], rows: [0, 1, 1], codes: [1, 0, 2], levels: [0.5, 1, 5])
    #expect((0..<3).map { matrix.rating(at: $0) } == [1, 0.5, 5])
  }

  @Test(
    arguments: [
      ([], [], "no offsets"),
      ([1, 3], [0, 1, 2], "the offsets do not end at 3 interactions"),
      ([0, 2], [0, 1, 2], "the offsets do not end at 3 interactions"),
      ([0, 2, 1, 3], [0, 1, 2], "the offsets descend after user 1"),
      ([0, 3], [0, 2, 2], "user 0 has item 2 out of order or beyond the 4 items"),
      ([0, 3], [0, 2, 4], "user 0 has item 4 out of order or beyond the 4 items"),
    ] as [([UInt64], [UInt32], String)])
  func refusesArraysThatLie(offsets: [UInt64], rows: [UInt32], says: String) {
    let error = #expect(throws: InteractionsError.self) {
      _ = try borrowed(offsets: offsets, rows: rows, codes: rows.map { _ in 0 }, levels: [1])
    }
    #expect(error?.description == says)
  }

  @Test func refusesRatingsThatLie() {
    #expect(throws: InteractionsError.self) { _ = try borrowed(offsets: [0, 1], rows: [0], codes: [], levels: [1]) }
    #expect(throws: InteractionsError.self) { _ = try borrowed(offsets: [0, 1], rows: [0], codes: [1], levels: [1]) }
  }

  private func borrowed(
    offsets: [UInt64], rows: [UInt32], codes: [UInt8], levels: [Float]
  ) throws(InteractionsError) -> InteractionMatrix {
    let owner = Memory(offsets, rows, codes, levels)
    return try unsafe InteractionMatrix(
      offsets: UnsafeBufferPointer(owner.offsets), rows: UnsafeBufferPointer(owner.rows), items: 4,
      ratings: .coded(UnsafeBufferPointer(owner.codes), levels: UnsafeBufferPointer(owner.levels)), owner: owner)
  }
}

/// Memory that a matrix borrows.
@safe
private final class Memory: @unchecked Sendable {
  let offsets: UnsafeMutableBufferPointer<UInt64>
  let rows: UnsafeMutableBufferPointer<UInt32>
  let codes: UnsafeMutableBufferPointer<UInt8>
  let levels: UnsafeMutableBufferPointer<Float>

  init(_ offsets: [UInt64], _ rows: [UInt32], _ codes: [UInt8], _ levels: [Float]) {
    // Safety: each is filled with as many elements as it was allocated for, and released in deinit.
    unsafe self.offsets = .allocate(capacity: offsets.count)
    _ = unsafe self.offsets.initialize(from: offsets)
    unsafe self.rows = .allocate(capacity: rows.count)
    _ = unsafe self.rows.initialize(from: rows)
    unsafe self.codes = .allocate(capacity: codes.count)
    _ = unsafe self.codes.initialize(from: codes)
    unsafe self.levels = .allocate(capacity: levels.count)
    _ = unsafe self.levels.initialize(from: levels)
  }

  deinit {
    unsafe offsets.deallocate()
    unsafe rows.deallocate()
    unsafe codes.deallocate()
    unsafe levels.deallocate()
  }
}
