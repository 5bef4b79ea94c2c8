/// Draws from a fixed distribution with one random number and one look-up (Vose: "A linear algorithm for generating
/// random numbers with a given distribution", 1991).
struct AliasTable: Sendable {
  private struct Entry: Sendable {
    /// Where the low bits of a number reach it, the alias is drawn instead.
    var threshold: UInt32
    var alias: UInt32
  }

  private let entries: [Entry]

  /// - Parameter weights: not negative, and not all zero
  init(weights: [Double]) {
    let total = weights.reduce(0, +)
    precondition(total > 0 && weights.count <= Int(UInt32.max), "\(weights.count) weights of \(total)")
    var scaled = weights.map { $0 / total * Double(weights.count) }
    var entries = weights.indices.map { Entry(threshold: .max, alias: UInt32($0)) }
    var small = scaled.indices.filter { scaled[$0] < 1 }
    var large = scaled.indices.filter { scaled[$0] >= 1 }
    while let poor = small.popLast(), let rich = large.last {
      entries[poor] = Entry(threshold: UInt32(min(scaled[poor] * 0x1p32, 0x1p32 - 1)), alias: UInt32(rich))
      scaled[rich] -= 1 - scaled[poor]
      if scaled[rich] < 1 {
        large.removeLast()
        small.append(rich)
      }
    }
    self.entries = entries
  }

  /// The index for 64 random bits: the high half chooses an entry, the low half between it and its alias.
  @inline(__always)
  func draw(_ bits: UInt64) -> UInt32 {
    let place = Int(truncatingIfNeeded: ((bits >> 32) &* UInt64(entries.count)) >> 32)
    let entry = entries[place]
    return UInt32(truncatingIfNeeded: bits) < entry.threshold ? UInt32(truncatingIfNeeded: place) : entry.alias
  }
}
