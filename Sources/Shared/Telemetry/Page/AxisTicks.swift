/// The round values at which an axis is marked.
package struct AxisTicks: Equatable {
  /// Rising, at equal distances; the first is at or below all values, the last at or above.
  package let values: [Double]
  /// Digits behind the point that tell neighbours apart.
  package let places: Int

  /// At most about `count` marks at multiples of 1, 2 or 5 times a power of ten, around all finite values.
  package init(around data: [Double], count: Int, wholeNumbers: Bool = false) {
    let finite = data.filter { $0.isFinite && abs($0) < 1e12 }
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if high - low < max(abs(high), abs(low)) * 1e-9 || high == low {
      low -= wholeNumbers ? 1 : max(abs(low) * 0.1, 1e-6)
      high += wholeNumbers ? 1 : max(abs(high) * 0.1, 1e-6)
    }
    let (step, places) = Self.step(atLeast: (high - low) / Double(max(1, count)), wholeNumbers: wholeNumbers)
    let first = (low / step + 1e-9).rounded(.down)
    let last = (high / step - 1e-9).rounded(.up)
    values = (0...Int(last - first)).map { (first + Double($0)) * step }
    self.places = places
  }

  package var low: Double { values[0] }
  package var high: Double { values[values.count - 1] }

  private static func step(atLeast least: Double, wholeNumbers: Bool) -> (Double, places: Int) {
    var power = 1.0
    var places = 0
    while power > least, places < 12 {
      power /= 10
      places += 1
    }
    while power * 10 <= least { power *= 10 }
    if wholeNumbers && places > 0 { return (1, 0) }
    for factor in [1.0, 2, 5] where power * factor >= least { return (power * factor, places) }
    return (power * 10, max(0, places - 1))
  }
}
