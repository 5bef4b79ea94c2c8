/// Where values lie on a chart, and the axes that say so.
struct PlotFrame {
  let across: ChartAxis
  let up: ChartAxis
  /// Pixels of the plot's edges.
  let left = 78.0
  let right = 690.0
  let top = 44.0
  let bottom = 300.0

  func x(_ value: Double) -> Double {
    left + (value - across.low) / (across.high - across.low) * (right - left)
  }

  func y(_ value: Double) -> Double {
    bottom - (value - up.low) / (up.high - up.low) * (bottom - top)
  }

  /// A point as `polyline` wants it.
  func place(_ horizontal: Double, _ vertical: Double, shiftedBy shift: Double) -> String {
    Figures.fixed(x(horizontal) + shift, 1) + "," + Figures.fixed(y(vertical), 1)
  }

  /// Pixels that a label of the axis across may take beside others.
  private var room: Double {
    across.marks.count > 1 ? x(across.marks[1].value) - x(across.marks[0].value) - 10 : right - left
  }

  /// A label's lines: two, where it is too long for one and has a comma.
  private func lines(of label: String) -> [String] {
    guard ChartAxis.width(of: label) > room, let comma = label.firstRange(of: ", ") else { return [label] }
    return [String(label[..<comma.lowerBound]) + ",", String(label[comma.upperBound...])]
  }

  private var labels: [[String]] { across.marks.map { lines(of: $0.label) } }

  /// Labels that do not fit beside each other lean.
  private var leans: Bool { labels.joined().contains { ChartAxis.width(of: $0) > room } }

  /// Where the axes with their labels and names end.
  var foot: Double {
    let longest = across.marks.map { ChartAxis.width(of: $0.label) }.max() ?? 0
    return bottom + (leans ? 46 + min(150, longest * 0.6) : labels.contains { $0.count > 1 } ? 64 : 48)
  }

  /// Grid, numbers and names.
  var axes: [String] {
    var lines: [String] = []
    for mark in up.marks {
      let height = Figures.fixed(y(mark.value), 1)
      lines.append("<line class=\"grid\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(height)\" y2=\"\(height)\"/>")
      lines.append("<text x=\"\(left - 8)\" y=\"\(height)\" dy=\"4\" text-anchor=\"end\">\(mark.label)</text>")
    }
    for mark in across.marks {
      let place = Figures.fixed(x(mark.value), 1)
      lines.append("<line class=\"axis\" x1=\"\(place)\" x2=\"\(place)\" y1=\"\(bottom)\" y2=\"\(bottom + 5)\"/>")
      if leans {
        let turn = "text-anchor=\"end\" transform=\"rotate(-35 \(place) \(bottom + 17))\""
        lines.append("<text x=\"\(place)\" y=\"\(bottom + 17)\" \(turn)>\(Markup.escaped(mark.label))</text>")
        continue
      }
      for (row, text) in self.lines(of: mark.label).enumerated() {
        let y = bottom + 19 + Double(row) * 16
        lines.append("<text x=\"\(place)\" y=\"\(y)\" text-anchor=\"middle\">\(Markup.escaped(text))</text>")
      }
    }
    let middle = Figures.fixed((top + bottom) / 2, 1)
    lines.append("<path class=\"axis\" fill=\"none\" d=\"M\(left) \(top) V\(bottom) H\(right)\"/>")
    let foot = Figures.fixed(foot - 6, 1)
    lines.append(
      "<text x=\"\((left + right) / 2)\" y=\"\(foot)\" text-anchor=\"middle\">\(Markup.escaped(across.name))</text>")
    lines.append(
      "<text x=\"20\" y=\"\(middle)\" text-anchor=\"middle\" transform=\"rotate(-90 20 \(middle))\">"
        + Markup.escaped(up.name) + "</text>")
    return lines
  }

  /// The whole chart: title, axes, what is drawn, and below it the legend where there are several series.
  func svg(title: String, _ drawing: [String], legend names: [String?], sample: ChartLegend.Sample) -> String {
    let shown = names.compactMap(\.self).count > 1 ? names : []
    let legend = ChartLegend(names: shown, sample: sample, left: left, right: right)
    let height = Figures.fixed(foot + 12 + legend.height, 0)
    let escaped = Markup.escaped(title)
    return """
      <svg viewBox="0 0 720 \(height)" width="720" height="\(height)" role="img" aria-label="\(escaped)">
      <text x="\(left)" y="22" class="title">\(escaped)</text>
      \((axes + drawing + legend.lines(below: foot + 8)).joined(separator: "\n"))
      </svg>

      """
  }
}
