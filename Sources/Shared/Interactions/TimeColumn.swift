/// Times in seconds since 1970, four bytes each while they fit, as they do until 2106, and eight from then on.
package struct TimeColumn: ~Copyable {
  private var narrow = Column<UInt32>()
  private var wide = Column<Int64>(capacity: 0)
  private var isNarrow = true

  package init() {}

  package var count: Int { isNarrow ? narrow.count : wide.count }

  package subscript(index: Int) -> Int64 { isNarrow ? Int64(narrow[index]) : wide[index] }

  package mutating func append(_ time: Int64) {
    if isNarrow {
      if let time = UInt32(exactly: time) { return narrow.append(time) }
      widen()
    }
    wide.append(time)
  }

  package mutating func scatter(to places: borrowing Column<UInt32>) {
    if isNarrow { narrow = narrow.scattered(to: places) } else { wide = wide.scattered(to: places) }
  }

  package mutating func move(from source: Int, to target: Int) {
    if isNarrow { narrow[target] = narrow[source] } else { wide[target] = wide[source] }
  }

  package mutating func truncate(to count: Int) {
    if isNarrow { narrow.truncate(to: count) } else { wide.truncate(to: count) }
  }

  /// Puts the times of `order` at the places from `first` on; `order` counts from `origin`.
  mutating func gather(_ order: [UInt32], from origin: Int, to first: Int, scratch: inout [Int64]) {
    scratch.removeAll(keepingCapacity: true)
    for place in order { scratch.append(self[origin + Int(place)]) }
    for (index, time) in scratch.enumerated() {
      if isNarrow { narrow[first + index] = UInt32(time) } else { wide[first + index] = time }
    }
  }

  /// The time that a share of all times does not exceed: the least `t` with at least `fraction · count` times `≤ t`.
  /// Found digit by digit from counts, without sorting; nil where there are no times.
  package func quantile(_ fraction: Double) -> Int64? {
    guard count > 0 else { return nil }
    var rank = min(count - 1, max(0, Int((fraction * Double(count)).rounded(.up)) - 1))
    var prefix: UInt64 = 0
    for digit in stride(from: 48, through: 0, by: -16) {
      var histogram = [Int](repeating: 0, count: 1 << 16)
      let known: UInt64 = digit == 48 ? 0 : ~0 << UInt64(digit + 16)
      for index in 0..<count {
        let key = UInt64(bitPattern: self[index]) ^ (1 << 63)
        if (key ^ prefix) & known == 0 { histogram[Int(truncatingIfNeeded: key >> UInt64(digit)) & 0xFFFF] += 1 }
      }
      var chosen = 0
      while rank >= histogram[chosen] {
        rank -= histogram[chosen]
        chosen += 1
      }
      prefix |= UInt64(chosen) << UInt64(digit)
    }
    return Int64(bitPattern: prefix ^ (1 << 63))
  }

  private mutating func widen() {
    wide = Column(capacity: narrow.count + 1)
    for index in 0..<narrow.count { wide.append(Int64(narrow[index])) }
    narrow = Column(capacity: 0)
    isNarrow = false
  }
}
