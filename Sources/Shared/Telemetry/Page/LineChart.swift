/// A chart of lines, as SVG. Lines differ by dashes and marks, not by colour alone, so that it can be printed.
package struct LineChart {
  /// A point, whose y may be missing, and the standard error of its y where it is a mean.
  package struct Point: Equatable {
    package let x: Double
    package let y: Double
    package let error: Double?

    package init(x: Double, y: Double, error: Double? = nil) {
      self.x = x
      self.y = y
      self.error = error
    }
  }

  /// One line: its name and its points. Without a point it keeps its place, and so the others their looks.
  package struct Series: Equatable {
    package let name: String
    package let points: [Point]

    package init(name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// What lies across.
  package enum Across {
    /// Whole numbers, such as epochs.
    case numbers(name: String)
    /// Values at equal distances, whose points have x 0, 1, 2, ….
    case values(name: String, [String])
  }

  private let title: String
  private let across: Across
  private let yName: String
  private let series: [Series]

  package init(title: String, across: Across = .numbers(name: "epoch"), yName: String, series: [Series]) {
    self.title = title
    self.across = across
    self.yName = yName
    self.series = series
  }

  package var svg: String {
    let all = series.flatMap(\.points).filter { $0.y.isFinite }
    let ends = all.flatMap { [$0.y - ($0.error ?? 0), $0.y + ($0.error ?? 0)] }
    let axis =
      switch across {
      case .numbers(let name): ChartAxis(name, AxisTicks(around: all.map(\.x), count: 10, wholeNumbers: true))
      case .values(let name, let labels): ChartAxis(name, labels: labels)
      }
    let frame = PlotFrame(across: axis, up: ChartAxis(yName, AxisTicks(around: ends, count: 6)))
    let drawing = series.enumerated().flatMap { draw($0.element, $0.offset, frame) }
    let names = series.map { $0.points.isEmpty ? nil : $0.name }
    return frame.svg(title: title, drawing, legend: names, sample: .line)
  }

  private func draw(_ one: Series, _ index: Int, _ frame: PlotFrame) -> [String] {
    var lines: [String] = []
    let shift = shift(index)
    // A point that is missing breaks the line.
    for run in one.points.split(whereSeparator: { !$0.y.isFinite }) {
      let places = run.map { frame.place($0.x, $0.y, shiftedBy: shift) }.joined(separator: " ")
      lines.append("<polyline fill=\"none\" \(ChartStyle.stroke(index)) points=\"\(places)\"/>")
    }
    for point in one.points where point.y.isFinite {
      guard let error = point.error, error > 0 else { continue }
      lines.append(
        ChartStyle.whisker(frame.x(point.x) + shift, from: frame.y(point.y - error), to: frame.y(point.y + error)))
    }
    // Marks on more points than this would hide the line.
    let isSparse = one.points.count <= 40
    for point in one.points where point.y.isFinite && isSparse {
      lines.append(ChartStyle.mark(index, frame.x(point.x) + shift, frame.y(point.y)))
    }
    return lines
  }

  /// Pixels by which a line stands beside the others, so that whiskers over the same value can be told apart.
  private func shift(_ index: Int) -> Double {
    guard case .values = across, series.contains(where: { $0.points.contains { $0.error ?? 0 > 0 } }) else { return 0 }
    return (Double(index) - Double(series.count - 1) / 2) * min(5, 30 / Double(series.count))
  }
}
