/// A chart of bars in groups, as SVG. They begin at 0, have their values above them, and differ by hatching.
package struct BarChart {
  /// A bar of each group: its name, and by group its value, which may be missing, with the standard error of a mean.
  package struct Series {
    package let name: String
    package let values: [(value: Double?, error: Double?)]

    package init(name: String, values: [(value: Double?, error: Double?)]) {
      self.name = name
      self.values = values
    }
  }

  private let title: String
  private let xName: String
  private let yName: String
  private let groups: [String]
  private let series: [Series]
  private let places: Int

  /// - Parameter places: digits behind the point of the values
  package init(title: String, xName: String, yName: String, groups: [String], series: [Series], places: Int = 3) {
    self.title = title
    self.xName = xName
    self.yName = yName
    self.groups = groups
    self.series = series
    self.places = places
  }

  package var svg: String {
    let all = series.flatMap(\.values).compactMap { pair in pair.value.map { ($0, pair.error ?? 0) } }
    let ends = all.flatMap { [$0.0 - $0.1, $0.0 + $0.1] }.filter(\.isFinite) + [0]
    let across = ChartAxis(xName, labels: groups)
    func around(_ ends: [Double]) -> PlotFrame {
      PlotFrame(across: across, up: ChartAxis(yName, AxisTicks(around: ends, count: 6)))
    }
    // The values above the bars must fit, too.
    let plain = around(ends)
    let high = ends.max() ?? 0
    let label = all.contains { !fits(Figures.fixed($0.0, places), plain) } ? Self.leaningLabel : Self.levelLabel
    let frame = around(ends + [high + (high - plain.up.low) * label / (plain.bottom - plain.top - label)])
    var drawing = ChartStyle.hatching(series.count)
    for (index, one) in series.enumerated() {
      for (group, pair) in one.values.enumerated() {
        guard let value = pair.value, value.isFinite else { continue }
        drawing += bar(value, pair.error, index, group, frame)
      }
    }
    return frame.svg(title: title, drawing, legend: series.map(\.name), sample: .bar)
  }

  // Limit: pixels that a value of seven digits takes above its bar.
  private static let levelLabel = 18.0
  private static let leaningLabel = 52.0

  /// Pixels of a bar.
  private func width(_ frame: PlotFrame) -> Double {
    min(60, (frame.x(1) - frame.x(0)) * 0.8 / Double(series.count))
  }

  /// Whether a value is no wider than its bar.
  private func fits(_ label: String, _ frame: PlotFrame) -> Bool { Double(label.count) * 6.2 < width(frame) }

  private func bar(_ value: Double, _ error: Double?, _ index: Int, _ group: Int, _ frame: PlotFrame) -> [String] {
    let width = width(frame)
    let left = frame.x(Double(group)) + (Double(index) - Double(series.count) / 2) * width
    let (top, bottom) = (frame.y(max(value, 0)), frame.y(min(value, 0)))
    let (x, middle) = (ChartStyle.pixel(left), left + width / 2)
    let size = "width=\"\(ChartStyle.pixel(width))\" height=\"\(ChartStyle.pixel(bottom - top))\""
    var lines = ["<rect x=\"\(x)\" y=\"\(ChartStyle.pixel(top))\" \(size) \(ChartStyle.fill(index))/>"]
    if let error, error > 0 {
      lines.append(ChartStyle.whisker(middle, from: frame.y(value - error), to: frame.y(value + error)))
    }
    let label = Figures.fixed(value, places)
    let above = frame.y(max(value + (error ?? 0), 0)) - 4
    let fits = fits(label, frame)
    let (across, down) = (ChartStyle.pixel(fits ? middle : middle + 4), ChartStyle.pixel(above))
    let place =
      fits ? "text-anchor=\"middle\"" : "transform=\"rotate(-90 \(across) \(down))\""
    lines.append("<text x=\"\(across)\" y=\"\(down)\" font-size=\"11\" \(place)>\(label)</text>")
    return lines
  }
}
