/// What is known of items besides who met them: each item's features, each with a weight.
package struct ItemFeatures: Sendable, Equatable {
  /// Where each item's entries begin, and where the last's end: `[items + 1]`.
  private let offsets: [UInt32]
  /// Which feature, `[entries]`, below `count`; and how much of it.
  private let features: [UInt32]
  private let weights: [Float]
  /// How many features there are.
  package let count: Int

  /// - Throws: where the offsets do not ascend to the entries' end, or an entry is of no feature
  package init(offsets: [UInt32], features: [UInt32], weights: [Float], count: Int) throws(InteractionsError) {
    guard offsets.first == 0, offsets.last.map(Int.init) == features.count, features.count == weights.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw InteractionsError("the entries of features do not end where their offsets do") }
    guard features.allSatisfy({ $0 < count }), weights.allSatisfy(\.isFinite) else {
      throw InteractionsError("an entry of no feature, or of a weight that is no number")
    }
    self.offsets = offsets
    self.features = features
    self.weights = weights
    self.count = count
  }

  /// As they were given.
  package var columns: (offsets: [UInt32], features: [UInt32], weights: [Float]) { (offsets, features, weights) }

  package var itemCount: Int { offsets.count - 1 }

  /// The entries of an item.
  @inline(__always)
  package func entries(of item: UInt32) -> Range<Int> { Int(offsets[Int(item)])..<Int(offsets[Int(item) + 1]) }

  @inline(__always)
  package func feature(at entry: Int) -> UInt32 { features[entry] }

  @inline(__always)
  package func weight(at entry: Int) -> Float { weights[entry] }

  /// Some runs of the features alone, numbered anew from 0.
  package func selecting(_ runs: [Range<Int>]) -> ItemFeatures {
    var numbers = [UInt32?](repeating: nil, count: count)
    for (number, feature) in runs.joined().enumerated() { numbers[feature] = UInt32(number) }
    var (offsets, features, weights) = ([UInt32(0)], [UInt32](), [Float]())
    for item in 0..<UInt32(itemCount) {
      for entry in entries(of: item) {
        guard let number = numbers[Int(feature(at: entry))] else { continue }
        features.append(number)
        weights.append(weight(at: entry))
      }
      offsets.append(UInt32(features.count))
    }
    return ItemFeatures(offsets, features, weights, runs.reduce(0) { $0 + $1.count })
  }

  private init(_ offsets: [UInt32], _ features: [UInt32], _ weights: [Float], _ count: Int) {
    self.offsets = offsets
    self.features = features
    self.weights = weights
    self.count = count
  }

  // MARK: rows

  /// The items' rows as a model uses them: each item's own and the sum of its features'.
  /// - Parameter rows: `[items + features × width]`
  /// - Returns: `[items × width]`
  package func completed(_ rows: Span<Float>, width: Int) -> [Float] {
    precondition(rows.count == (itemCount + count) * width, "\(rows.count) floats of \(itemCount) items and \(count)")
    return added(
      to: rows.extracting(first: itemCount * width), 1, of: rows.extracting(droppingFirst: itemCount * width))
  }

  /// The items' own rows, of rows that were completed.
  /// - Parameters:
  ///   - completed: `[items × width]`
  ///   - featureRows: `[features × width]`
  package func own(_ completed: Span<Float>, featureRows: Span<Float>) -> [Float] {
    added(to: completed, -1, of: featureRows)
  }

  private func added(to rows: Span<Float>, _ sign: Float, of featureRows: Span<Float>) -> [Float] {
    let width = featureRows.count / max(1, count)
    var sums: [Float] = []
    sums.reserveCapacity(rows.count)
    for index in rows.indices { sums.append(rows[index]) }
    for item in 0..<itemCount {
      for entry in entries(of: UInt32(item)) {
        let (place, weight) = (Int(feature(at: entry)) * width, sign * weight(at: entry))
        for column in 0..<width { sums[item * width + column] += weight * featureRows[place + column] }
      }
    }
    return sums
  }
}
