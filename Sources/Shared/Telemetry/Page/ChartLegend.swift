/// Which series of a chart is which, in as many rows as they need.
struct ChartLegend {
  /// How a series is shown beside its name.
  enum Sample { case line, bar }

  let sample: Sample
  private let left: Double
  /// The series by row, with the places of their samples.
  private let rows: [[(index: Int, name: String, x: Double)]]

  /// Pixels.
  private static let rowHeight = 22.0
  private static let sampleWidth = 42.0

  /// - Parameter names: of the series, those without a name left out
  init(names: [String?], sample: Sample, left: Double, right: Double) {
    self.sample = sample
    self.left = left
    var rows: [[(index: Int, name: String, x: Double)]] = []
    var x = right
    for (index, name) in names.enumerated() {
      guard let name else { continue }
      let width = Self.sampleWidth + Double(name.count) * ChartStyle.letterWidth + 20
      if rows.isEmpty || x + width > right {
        rows.append([])
        x = left
      }
      rows[rows.count - 1].append((index, name, x))
      x += width
    }
    self.rows = rows
  }

  /// Pixels that it takes.
  var height: Double { Double(rows.count) * Self.rowHeight }

  func lines(below top: Double) -> [String] {
    var lines: [String] = []
    for (row, entries) in rows.enumerated() {
      let y = top + Double(row) * Self.rowHeight + 12
      for entry in entries {
        switch sample {
        case .line:
          lines.append(
            "<line x1=\"\(pixel(entry.x))\" x2=\"\(pixel(entry.x + 34))\" y1=\"\(pixel(y))\" y2=\"\(pixel(y))\" "
              + "\(ChartStyle.stroke(entry.index))/>")
          lines.append(ChartStyle.mark(entry.index, entry.x + 17, y))
        case .bar:
          lines.append(
            "<rect x=\"\(pixel(entry.x + 8))\" y=\"\(pixel(y - 7))\" width=\"26\" height=\"14\" "
              + "\(ChartStyle.fill(entry.index))/>")
        }
        lines.append(
          "<text x=\"\(pixel(entry.x + Self.sampleWidth))\" y=\"\(pixel(y + 4))\">\(Markup.escaped(entry.name))</text>")
      }
    }
    return lines
  }

  private func pixel(_ value: Double) -> String { Figures.fixed(value, 1) }
}
