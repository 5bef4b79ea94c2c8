/// Collects the distinct rows of a batch and numbers them in ascending order. A bitmap does both: setting a bit is
/// the insertion, reading the words in order is the sort.
package struct RowSet {
  /// The distinct rows, ascending; valid after `number`.
  package private(set) var rows: [UInt32] = []
  private let domain: Int
  private var words: [UInt64]
  private var slots: [UInt32]

  /// - Parameter domain: rows are below this.
  init(domain: Int) {
    self.domain = domain
    words = [UInt64](repeating: 0, count: (domain + 63) / 64)
    slots = [UInt32](repeating: 0, count: domain)
    rows.reserveCapacity(min(domain, 4096))
  }

  /// Inserts a run of a column.
  mutating func insert(_ column: [UInt32], _ run: Range<Int>) {
    let rows = column.span
    var words = words.mutableSpan
    for index in run {
      let row = rows[index]
      words[Int(row >> 6)] |= 1 << UInt64(row & 63)
    }
  }

  /// Inserts one row.
  @inline(__always)
  mutating func insert(_ row: UInt32) { words[Int(row >> 6)] |= 1 << UInt64(row & 63) }

  /// The place of a row that was listed.
  @inline(__always)
  func slot(of row: UInt32) -> UInt32 { slots[Int(row)] }

  /// Lists the inserted rows, gives each its place in the list, and forgets them for the next batch.
  mutating func number() { Self.number(&words, &rows, &slots) }

  private static func number(_ words: inout [UInt64], _ rows: inout [UInt32], _ slots: inout [UInt32]) {
    rows.removeAll(keepingCapacity: true)
    var words = words.mutableSpan
    var slots = slots.mutableSpan
    for index in 0..<words.count {
      var word = words[index]
      guard word != 0 else { continue }
      words[index] = 0
      while word != 0 {
        let row = UInt32(truncatingIfNeeded: index &* 64 &+ word.trailingZeroBitCount)
        slots[Int(row)] = UInt32(truncatingIfNeeded: rows.count)
        rows.append(row)
        word &= word &- 1
      }
    }
  }

  /// The same, and puts each row's place into the column of rows that were inserted.
  mutating func number(_ column: inout [UInt32], count: Int) {
    number()
    let slots = slots.span
    var column = column.mutableSpan
    for index in 0..<count { column[index] = slots[Int(column[index])] }
  }

  /// The places of some of `rows`.
  func slots(of some: [UInt32], into places: inout [UInt32]) {
    places.removeAll(keepingCapacity: true)
    let slots = slots.span
    for row in some { places.append(slots[Int(row)]) }
  }
}
