/// Collects the distinct rows of a batch and numbers them in ascending order. A bitmap does both: setting a bit is
/// the insertion, reading the words in order is the sort.
struct RowSet {
  /// The distinct rows, ascending; valid after `number`.
  private(set) var rows: [UInt32] = []
  private var words: [UInt64]
  private var slots: [UInt32]

  /// - Parameter domain: rows are below this.
  init(domain: Int) {
    words = [UInt64](repeating: 0, count: (domain + 63) / 64)
    slots = [UInt32](repeating: 0, count: domain)
    rows.reserveCapacity(min(domain, 4096))
  }

  @inline(__always)
  mutating func insert(_ row: UInt32) {
    words[Int(row >> 6)] |= 1 << UInt64(row & 63)
  }

  /// Lists the inserted rows below `end`, gives each its place in the list, and forgets them for the next batch.
  mutating func number(upTo end: Int) {
    rows.removeAll(keepingCapacity: true)
    for index in 0..<((end + 63) / 64) {
      var word = words[index]
      guard word != 0 else { continue }
      words[index] = 0
      while word != 0 {
        let row = UInt32(index * 64 + word.trailingZeroBitCount)
        slots[Int(row)] = UInt32(rows.count)
        rows.append(row)
        word &= word - 1
      }
    }
  }

  /// The place of a row in `rows`.
  @inline(__always)
  func slot(of row: UInt32) -> UInt32 { slots[Int(row)] }
}
