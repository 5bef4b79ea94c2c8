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
  /// A Bloom filter with one hash (Bloom: "Space/time trade-offs in hash coding", 1970): a clear bit means that a pair
  /// never met. Eight to sixteen bits per interaction let one foreign pair in eight or fewer pass.
  @usableFromInline let filter: [UInt64]
  @usableFromInline let filterShift: UInt64

  @usableFromInline static let strideBits = 5

  package init(_ matrix: InteractionMatrix, users: Range<Int>) {
    self.matrix = matrix
    guard !users.isEmpty else {
      (places, landmarks, filter, filterShift) = (0..<0, [], [0], 58)
      return
    }
    let first = matrix.range(of: Row(users.lowerBound)).lowerBound
    places = first..<matrix.range(of: Row(users.upperBound - 1)).upperBound
    let bits = UInt64.bitWidth - UInt64(max(64, 8 * places.count) - 1).leadingZeroBitCount
    filterShift = UInt64(UInt64.bitWidth - bits)
    var filter = [UInt64](repeating: 0, count: (1 << bits) / 64)
    var landmarks: [UInt32] = []
    for user in users {
      let row = Row(user)
      for index in matrix.range(of: row) {
        let bit = Self.hash(row, matrix.item(at: index)) >> filterShift
        filter[Int(bit >> 6)] |= 1 << (bit & 63)
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

  /// Whether a user of the run has met an item.
  @inlinable @inline(__always)
  package func contains(user: Row, item: Row) -> Bool {
    let bit = Self.hash(user, item) >> filterShift
    guard filter[Int(truncatingIfNeeded: bit >> 6)] & (1 << (bit & 63)) != 0 else { return false }
    return matrix.contains(user: user, item: item)
  }

  /// The golden ratio's multiples spread their upper bits evenly (Knuth: "The Art of Computer Programming", 6.4).
  @inlinable @inline(__always)
  static func hash(_ user: Row, _ item: Row) -> UInt64 {
    (UInt64(user.rawValue) << 32 | UInt64(item.rawValue)) &* 0x9E37_79B9_7F4A_7C15
  }
}
