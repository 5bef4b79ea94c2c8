import Kernels

/// How the rows of a batch's distinct items are completed by those of their features, which stand behind them.
package struct ItemComplement: Sendable {
  /// Where each item's entries end: `[items]`.
  private var ends: [Int] = []
  /// The place of each entry's feature among the rows, and its weight.
  private var places: [UInt32] = []
  private var weights: [Float] = []
  /// How many samples use each row: `[rows]`.
  private var counts: [Float] = []

  package init() {}

  package var itemCount: Int { ends.count }

  package mutating func removeAll() {
    ends.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
  }

  /// Adds a feature to the item at hand.
  package mutating func append(_ weight: Float, ofRowAt place: UInt32) {
    places.append(place)
    weights.append(weight)
  }

  /// The next entries are of the next item.
  package mutating func endItem() { ends.append(places.count) }

  /// Counts how many samples use each row, once all entries are there.
  /// - Parameters:
  ///   - rows: items and features
  ///   - itemOfSample: places of items among the rows
  package mutating func count(_ itemOfSample: Span<UInt32>, rows: Int) {
    counts.append(contentsOf: repeatElement(0, count: rows))
    for sample in itemOfSample.indices { counts[Int(itemOfSample[sample])] += 1 }
    var entry = 0
    for item in ends.indices {
      while entry < ends[item] {
        counts[Int(places[entry])] += counts[item]
        entry += 1
      }
    }
  }

  /// Each item's row and the weighted sum of its features' rows.
  /// - Parameters:
  ///   - rows: `[items and features × width]`
  ///   - items: `[items × width]`
  package func complete(_ rows: Span<Float>, width: Int, into items: inout MutableSpan<Float>) {
    precondition(items.count == itemCount * width, "\(items.count) floats for \(itemCount) rows of \(width)")
    for index in 0..<items.count { items[index] = rows[index] }
    var entry = 0
    for item in ends.indices {
      var target = items._mutatingExtracting(item * width..<(item + 1) * width)
      while entry < ends[item] {
        let place = Int(places[entry])
        Self.add(rows.extracting(place * width..<(place + 1) * width), times: weights[entry], to: &target)
        entry += 1
      }
    }
  }

  /// From the gradients of completed rows to those of items and features.
  /// - Parameters:
  ///   - items: `[items × width]`
  ///   - gradients: `[items and features × width]`
  package func spread(_ items: Span<Float>, width: Int, into gradients: inout MutableSpan<Float>) {
    precondition(items.count == itemCount * width, "\(items.count) floats for \(itemCount) rows of \(width)")
    for index in items.indices { gradients[index] = items[index] }
    for index in items.count..<gradients.count { gradients[index] = 0 }
    var entry = 0
    for item in ends.indices {
      let source = items.extracting(item * width..<(item + 1) * width)
      while entry < ends[item] {
        let place = Int(places[entry])
        var target = gradients._mutatingExtracting(place * width..<(place + 1) * width)
        Self.add(source, times: weights[entry], to: &target)
        entry += 1
      }
    }
  }

  /// Adds `factor · (samples that use it) · row` to each row's gradient.
  /// - Parameter rows: `[items and features × width]`
  package func decay(_ rows: Span<Float>, width: Int, factor: Float, into gradients: inout MutableSpan<Float>) {
    for row in counts.indices {
      var target = gradients._mutatingExtracting(row * width..<(row + 1) * width)
      Self.add(rows.extracting(row * width..<(row + 1) * width), times: factor * counts[row], to: &target)
    }
  }

  private static func add(_ values: Span<Float>, times factor: Float, to sums: inout MutableSpan<Float>) {
    precondition(values.count == sums.count, "\(values.count) values and \(sums.count) sums")
    for index in values.indices { sums[index] = multiplyAdd(factor, values[index], sums[index]) }
  }
}
