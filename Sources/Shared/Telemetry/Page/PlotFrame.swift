/// Where values lie on a chart, and the axes that say so.
struct PlotFrame {
  let across: AxisTicks
  let up: AxisTicks
  /// Pixels of the plot's edges.
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  func x(_ value: Double) -> Double {
    left + (value - across.low) / (across.high - across.low) * (right - left)
  }

  func y(_ value: Double) -> Double {
    bottom - (value - up.low) / (up.high - up.low) * (bottom - top)
  }

  /// A point as `polyline` wants it.
  func place(_ horizontal: Double, _ vertical: Double) -> String {
    Figures.fixed(x(horizontal), 1) + "," + Figures.fixed(y(vertical), 1)
  }

  /// Grid, numbers and names.
  func axes(yName: String) -> [String] {
    var lines: [String] = []
    for value in up.values {
      let height = Figures.fixed(y(value), 1)
      lines.append("<line class=\"grid\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(height)\" y2=\"\(height)\"/>")
      let label = Figures.fixed(value, up.places)
      lines.append("<text x=\"\(left - 8)\" y=\"\(height)\" dy=\"4\" text-anchor=\"end\">\(label)</text>")
    }
    for value in across.values {
      let place = Figures.fixed(x(value), 1)
      lines.append("<line class=\"axis\" x1=\"\(place)\" x2=\"\(place)\" y1=\"\(bottom)\" y2=\"\(bottom + 5)\"/>")
      let label = Figures.fixed(value, across.places)
      lines.append("<text x=\"\(place)\" y=\"\(bottom + 19)\" text-anchor=\"middle\">\(label)</text>")
    }
    let middle = Figures.fixed((top + bottom) / 2, 1)
    lines.append("<path class=\"axis\" fill=\"none\" d=\"M\(left) \(top) V\(bottom) H\(right)\"/>")
    lines.append("<text x=\"\((left + right) / 2)\" y=\"\(bottom + 42)\" text-anchor=\"middle\">epoch</text>")
    lines.append(
      "<text x=\"20\" y=\"\(middle)\" text-anchor=\"middle\" transform=\"rotate(-90 20 \(middle))\">"
        + Markup.escaped(yName) + "</text>")
    return lines
  }
}
