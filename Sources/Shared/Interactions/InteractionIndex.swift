import CPrefetch
package import Plan

/// Answers what a sampler asks of every sample, for a run of users: whose an interaction is, and whether a user has met
/// an item. Both answers are the matrix's own; the index only saves most of its searches, in two bytes or less per
/// interaction.
package struct InteractionIndex: Sendable {
  @usableFromInline let matrix: InteractionMatrix
  /// The place of the run's first interaction, and of the first beyond it.
  @usableFromInline let places: Range<Int>
  /// The user of every `stride`-th interaction of the run.
  @usableFromInline let landmarks: [UInt32]
  /// A Bloom filter whose two bits for a pair stand in one word (Putze, Sanders, Singler: "Cache-, hash- and
  /// space-efficient Bloom filters", 2009): a clear bit means that the pair never met. Twelve bits per interaction let
  /// about one foreign pair in thirty pass.
  @usableFromInline let filter: [UInt64]

  @usableFromInline static let strideBits = 5

  package init(_ matrix: InteractionMatrix, users: Range<Int>) {
    self.matrix = matrix
    guard !users.isEmpty else {
      (places, landmarks, filter) = (0..<0, [], [0])
      return
    }
    let first = matrix.range(of: Row(users.lowerBound)).lowerBound
    places = first..<matrix.range(of: Row(users.upperBound - 1)).upperBound
    var filter = [UInt64](repeating: 0, count: 1 + places.count * 12 / 64)
    var landmarks: [UInt32] = []
    for user in users {
      let row = Row(user)
      for index in matrix.range(of: row) {
        let hash = Self.hash(row, matrix.item(at: index))
        filter[Self.word(hash, of: filter.count)] |= Self.bits(hash)
        if (index - first) & ((1 << Self.strideBits) - 1) == 0 { landmarks.append(UInt32(user)) }
      }
    }
    self.filter = filter
    self.landmarks = landmarks
  }

  /// The user of an interaction of the run.
  @inlinable @inline(__always)
  package func user(ofInteraction index: Int) -> Row {
    precondition(places.contains(index), "interaction \(index) is not one of \(places)")
    var user = Row(rawValue: landmarks[(index &- places.lowerBound) >> Self.strideBits])
    while matrix.range(of: user).upperBound <= index { user = Row(rawValue: user.rawValue &+ 1) }
    return user
  }

  /// False where a user of the run has surely not met an item: one load.
  @inlinable @inline(__always)
  package func mayContain(user: Row, item: Row) -> Bool {
    let hash = Self.hash(user, item)
    let bits = Self.bits(hash)
    return filter[Self.word(hash, of: filter.count)] & bits == bits
  }

  /// Whether a user of the run has met an item.
  @inlinable @inline(__always)
  package func contains(user: Row, item: Row) -> Bool {
    mayContain(user: user, item: item) && matrix.contains(user: user, item: item)
  }

  // MARK: what is asked soon is brought near

  /// Before `user(ofInteraction:)` and the matrix's `item(at:)`.
  @inlinable @inline(__always)
  package func prefetch(interaction index: Int) {
    precondition(places.contains(index), "interaction \(index) is not one of \(places)")
    // Safety: a prefetch reads nothing into the program.
    unsafe landmarks.withUnsafeBufferPointer {
      unsafe CPrefetch.prefetch($0.baseAddress.map { unsafe $0 + (index &- places.lowerBound) >> Self.strideBits })
    }
    unsafe CPrefetch.prefetch(matrix.itemRows + index)
  }

  /// Before `mayContain`.
  @inlinable @inline(__always)
  package func prefetch(user: Row, item: Row) {
    let word = Self.word(Self.hash(user, item), of: filter.count)
    // Safety: a prefetch reads nothing into the program.
    unsafe filter.withUnsafeBufferPointer { unsafe CPrefetch.prefetch($0.baseAddress.map { unsafe $0 + word }) }
  }

  /// Before `contains`.
  @inlinable @inline(__always)
  package func prefetch(itemsOf user: Row) {
    let range = matrix.range(of: user)
    var place = range.lowerBound
    // Limit: longer lists begin their search in the middle, and the processor's buffers are full by then.
    let end = min(range.upperBound, place &+ 16 &* Self.itemsPerLine)
    while place < end {
      // Safety: a prefetch reads nothing into the program.
      unsafe CPrefetch.prefetch(matrix.itemRows + place)
      place &+= Self.itemsPerLine
    }
  }

  @usableFromInline static let itemsPerLine = 64 / MemoryLayout<UInt32>.stride

  @inlinable @inline(__always)
  static func hash(_ user: Row, _ item: Row) -> UInt64 {
    RandomStream.mixed(UInt64(user.rawValue) << 32 | UInt64(item.rawValue))
  }

  @inlinable @inline(__always)
  static func word(_ hash: UInt64, of count: Int) -> Int {
    Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
  }

  @inlinable @inline(__always)
  static func bits(_ hash: UInt64) -> UInt64 { 1 << (hash & 63) | 1 << (hash >> 6 & 63) }
}
