/// The memory in which one history at a time is put into order, kept from user to user.
struct HistoryScratch {
  /// Places within the history, in the order asked for.
  private(set) var order: [UInt32] = []
  private(set) var laterCount = 0
  private var keys: [UInt64] = []
  private var timed: [(time: Int64, place: UInt32)] = []
  var items: [UInt32] = []
  var ratings: [Float] = []
  var times: [Int64] = []

  private static func place(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) }

  /// The places of a run by ascending item, then by place.
  private mutating func sortKeys(_ items: Span<UInt32>, in range: Range<Int>) {
    keys.removeAll(keepingCapacity: true)
    for index in range { keys.append(UInt64(items[index]) << 32 | UInt64(index - range.lowerBound)) }
    keys.sort()
  }

  mutating func sortByItem(_ items: Span<UInt32>, in range: Range<Int>) {
    sortKeys(items, in: range)
    order.removeAll(keepingCapacity: true)
    for key in keys { order.append(Self.place(key)) }
  }

  /// One place per item: its latest, and of equally late ones the last.
  mutating func latestPerItem(
    _ items: Span<UInt32>, _ times: borrowing TimeColumn, hasTimes: Bool, in range: Range<Int>
  ) {
    sortKeys(items, in: range)
    order.removeAll(keepingCapacity: true)
    var item: UInt64?
    for key in keys {
      let place = Self.place(key)
      guard item == key >> 32, let best = order.last else {
        item = key >> 32
        order.append(place)
        continue
      }
      let isLater = !hasTimes || times[range.lowerBound + Int(place)] >= times[range.lowerBound + Int(best)]
      if isLater { order[order.count - 1] = place }
    }
  }

  /// Puts the places of `order` into the order of their times, then of the file.
  mutating func sortByTime(_ times: borrowing TimeColumn, hasTimes: Bool, from origin: Int) {
    guard hasTimes else { return order.sort() }
    timed.removeAll(keepingCapacity: true)
    for place in order { timed.append((times[origin + Int(place)], place)) }
    timed.sort { $0.time == $1.time ? $0.place < $1.place : $0.time < $1.time }
    for index in timed.indices { order[index] = timed[index].place }
  }

  /// All places, those whose item `isLater` behind the others.
  mutating func partition(_ items: Span<UInt32>, in range: Range<Int>, isLater: (UInt32) -> Bool) {
    order.removeAll(keepingCapacity: true)
    for index in range where !isLater(items[index]) { order.append(UInt32(index - range.lowerBound)) }
    let earlier = order.count
    for index in range where isLater(items[index]) { order.append(UInt32(index - range.lowerBound)) }
    laterCount = order.count - earlier
  }
}
