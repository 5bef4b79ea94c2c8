package import Plan

/// Which bits of which word stand for a pair of a user and an item: one bit of its own where interactions are dense
/// enough, otherwise two bits of a Bloom filter that share a word (Putze, Sanders, Singler: "Cache-, hash- and
/// space-efficient Bloom filters", 2009), of twelve bits per interaction, which let about one foreign pair in thirty
/// pass.
package struct PairBits: Sendable {
  @usableFromInline let isExact: Bool
  @usableFromInline let firstUser: Int
  @usableFromInline let items: Int
  @usableFromInline let wordCount: Int

  // Limit: bits per interaction up to which a pair has its own: as many as its item's number has.
  private static let exactBits = 32
  private static let filterBits = 12

  init(users: Range<Int>, items: Int, interactions: Int) {
    let pairs = users.count * items
    isExact = pairs <= interactions * Self.exactBits
    wordCount = 1 + (isExact ? pairs : interactions * Self.filterBits) / 64
    firstUser = users.lowerBound
    self.items = items
  }

  @inlinable @inline(__always)
  package func place(_ user: Row, _ item: Row) -> (word: Int, bits: UInt64) {
    if isExact {
      let bit = (Int(user.rawValue) &- firstUser) &* items &+ Int(item.rawValue)
      return (bit >> 6, 1 << UInt64(truncatingIfNeeded: bit & 63))
    }
    let hash = RandomStream.mixed(UInt64(user.rawValue) << 32 | UInt64(item.rawValue))
    let word = Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(truncatingIfNeeded: wordCount)) >> 32)
    return (word, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
  }
}
