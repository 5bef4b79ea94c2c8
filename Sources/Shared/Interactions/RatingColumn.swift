/// Ratings, as one byte each while they take at most 256 levels, as real scales do, and as floats from then on.
package struct RatingColumn: ~Copyable {
  /// The level of each code.
  package private(set) var levels: [Float] = []
  /// Empty once `values` is used.
  package private(set) var codes = Column<UInt8>()
  /// Empty while `codes` is used.
  package private(set) var values = Column<Float>(capacity: 0)
  package private(set) var isCoded = true
  /// The code of a level plus one, at the hash of its bits or behind it; 0 where there is none.
  private var codeAtHash = [UInt16](repeating: 0, count: Self.hashCount)

  /// Limit: what a byte can tell apart.
  private static let mostLevels = 256
  /// Four times the levels, so that probes stay short.
  private static let hashCount = 1024

  package init() {}

  package var count: Int { isCoded ? codes.count : values.count }

  package subscript(index: Int) -> Float { isCoded ? levels[Int(codes[index])] : values[index] }

  package mutating func append(_ rating: Float) {
    guard isCoded else { return values.append(rating) }
    var place = Int(truncatingIfNeeded: (rating.bitPattern &* 0x9E37_79B1) >> 22)
    while codeAtHash[place] != 0 {
      let code = Int(codeAtHash[place] - 1)
      if levels[code] == rating { return codes.append(UInt8(code)) }
      place = (place + 1) % Self.hashCount
    }
    guard levels.count < Self.mostLevels else {
      widen()
      return values.append(rating)
    }
    codeAtHash[place] = UInt16(levels.count + 1)
    codes.append(UInt8(levels.count))
    levels.append(rating)
  }

  /// The lowest and the highest rating, or nil where there is none.
  package var scale: ClosedRange<Float>? {
    guard count > 0 else { return nil }
    var (least, most) = (self[0], self[0])
    if isCoded {
      for level in levels { (least, most) = (min(least, level), max(most, level)) }
    } else {
      for index in 0..<count { (least, most) = (min(least, values[index]), max(most, values[index])) }
    }
    return least...most
  }

  package mutating func scatter(to places: borrowing Column<UInt32>) {
    if isCoded { codes = codes.scattered(to: places) } else { values = values.scattered(to: places) }
  }

  /// Copies the rating at one place to another.
  package mutating func move(from source: Int, to target: Int) {
    if isCoded { codes[target] = codes[source] } else { values[target] = values[source] }
  }

  package mutating func truncate(to count: Int) {
    if isCoded { codes.truncate(to: count) } else { values.truncate(to: count) }
  }

  /// Puts the ratings of `order` at the places from `first` on; `order` counts from `origin`.
  mutating func gather(_ order: [UInt32], from origin: Int, to first: Int, scratch: inout [Float]) {
    scratch.removeAll(keepingCapacity: true)
    if isCoded {
      for place in order { scratch.append(Float(codes[origin + Int(place)])) }
      for (index, code) in scratch.enumerated() { codes[first + index] = UInt8(code) }
    } else {
      for place in order { scratch.append(values[origin + Int(place)]) }
      for (index, value) in scratch.enumerated() { values[first + index] = value }
    }
  }

  private mutating func widen() {
    var wide = Column<Float>(capacity: codes.count + 1)
    for index in 0..<codes.count { wide.append(levels[Int(codes[index])]) }
    values = wide
    codes = Column(capacity: 0)
    isCoded = false
  }
}
