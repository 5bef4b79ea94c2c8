/// One axis of a chart: its range, where it is marked, and what it shows.
struct ChartAxis {
  let name: String
  let low: Double
  let high: Double
  let marks: [(value: Double, label: String)]

  /// Of numbers.
  init(_ name: String, _ ticks: AxisTicks) {
    self.name = name
    low = ticks.low
    high = ticks.high
    marks = ticks.values.map { ($0, Figures.fixed($0, ticks.places)) }
  }

  /// Of things at equal distances, the first at 0.
  init(_ name: String, labels: [String]) {
    self.name = name
    low = -0.5
    high = Double(max(1, labels.count)) - 0.5
    marks = labels.enumerated().map { (Double($0.offset), $0.element) }
  }

  /// Pixels that a label takes, about.
  static func width(of label: String) -> Double { Double(label.count) * ChartStyle.letterWidth }
}
