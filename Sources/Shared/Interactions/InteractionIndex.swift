import CPrefetch
package import Plan

/// Answers what a sampler asks of every sample, for a run of users: whose an interaction is, and whether a user has met
/// an item. Both answers are the matrix's own; the index only saves most of its searches, in four bytes or less per
/// interaction.
package struct InteractionIndex: Sendable {
  @usableFromInline let matrix: InteractionMatrix
  /// The place of the run's first interaction, and of the first beyond it.
  @usableFromInline let places: Range<Int>
  /// The user of every `stride`-th interaction of the run.
  @usableFromInline let landmarks: [UInt32]
  /// A bit for each pair of the run, or a Bloom filter, by `pairs`: where a pair's bits are not set, it never met.
  @usableFromInline let filter: [UInt64]
  @usableFromInline let pairs: PairBits

  @usableFromInline static let strideBits = 5
  package init(_ matrix: InteractionMatrix, users: Range<Int>) {
    self.matrix = matrix
    guard !users.isEmpty else {
      (places, landmarks, filter, pairs) = (0..<0, [], [0], PairBits(users: 0..<1, items: 1, interactions: 1))
      return
    }
    let first = matrix.range(of: Row(users.lowerBound)).lowerBound
    places = first..<matrix.range(of: Row(users.upperBound - 1)).upperBound
    let pairs = PairBits(users: users, items: matrix.items, interactions: places.count)
    var filter = [UInt64](repeating: 0, count: pairs.wordCount)
    var landmarks: [UInt32] = []
    for user in users {
      let row = Row(user)
      for index in matrix.range(of: row) {
        let (word, bits) = pairs.place(row, matrix.item(at: index))
        filter[word] |= bits
        if (index - first) & ((1 << Self.strideBits) - 1) == 0 { landmarks.append(UInt32(user)) }
      }
    }
    self.filter = filter
    self.pairs = pairs
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
    let (word, bits) = pairs.place(user, item)
    return filter[word] & bits == bits
  }

  /// Whether a user of the run has met an item.
  @inlinable @inline(__always)
  package func contains(user: Row, item: Row) -> Bool {
    mayContain(user: user, item: item) && (pairs.isExact || matrix.contains(user: user, item: item))
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
    let (word, _) = pairs.place(user, item)
    // Safety: a prefetch reads nothing into the program.
    unsafe filter.withUnsafeBufferPointer { unsafe CPrefetch.prefetch($0.baseAddress.map { unsafe $0 + word }) }
  }

  /// Before `contains`.
  @inlinable @inline(__always)
  package func prefetch(itemsOf user: Row) {
    guard !pairs.isExact else { return }
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
}
