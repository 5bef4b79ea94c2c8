/// A chart of lines over epochs, as SVG. Lines differ by dashes and marks, not by colour alone, so that it can be
/// printed.
struct LineChart {
  /// One line: its name and its points, whose y may be missing.
  struct Series {
    let name: String
    let points: [(x: Double, y: Double)]
  }

  let title: String
  let yName: String
  let series: [Series]

  /// Pixels; the plot lies within the margins.
  private static let width = 720.0
  private static let height = 360.0
  private static let left = 78.0
  private static let right = 690.0
  private static let top = 44.0
  private static let bottom = 300.0

  private static let dashes = ["none", "7 4", "2 4", "9 3 2 3"]
  private static let colours = ["#1b4f8f", "#a33a00", "#2f6b2f", "#6b2f7a"]

  var svg: String {
    let all = series.flatMap(\.points).filter { $0.y.isFinite }
    let across = AxisTicks(around: all.map(\.x), count: 10, wholeNumbers: true)
    let up = AxisTicks(around: all.map(\.y), count: 6)
    let frame = PlotFrame(
      across: across, up: up, left: Self.left, right: Self.right, top: Self.top, bottom: Self.bottom)
    var lines = [
      "<svg viewBox=\"0 0 720 360\" width=\"720\" height=\"360\" role=\"img\" aria-label=\"\(Markup.escaped(title))\">",
      "<text x=\"78\" y=\"22\" class=\"title\">\(Markup.escaped(title))</text>",
    ]
    lines += frame.axes(yName: yName)
    for (index, one) in series.enumerated() { lines += draw(one, index, frame) }
    if series.count > 1 { lines += legend() }
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }

  private func draw(_ one: Series, _ index: Int, _ frame: PlotFrame) -> [String] {
    let stroke = "stroke=\"\(Self.colours[index % 4])\" stroke-dasharray=\"\(Self.dashes[index % 4])\""
    var lines: [String] = []
    // A point that is missing breaks the line.
    for run in one.points.split(whereSeparator: { !$0.y.isFinite }) {
      let places = run.map { frame.place($0.x, $0.y) }.joined(separator: " ")
      lines.append("<polyline fill=\"none\" stroke-width=\"2\" \(stroke) points=\"\(places)\"/>")
    }
    // Marks on more points than this would hide the line.
    let isSparse = one.points.count <= 40
    for point in one.points where point.y.isFinite && isSparse {
      lines.append(mark(index, frame.x(point.x), frame.y(point.y)))
    }
    return lines
  }

  private func mark(_ index: Int, _ x: Double, _ y: Double) -> String {
    let colour = Self.colours[index % 4]
    switch index % 4 {
    case 0: return "<circle cx=\"\(pixel(x))\" cy=\"\(pixel(y))\" r=\"3.5\" fill=\"\(colour)\"/>"
    case 1:
      return
        "<rect x=\"\(pixel(x - 3.5))\" y=\"\(pixel(y - 3.5))\" width=\"7\" height=\"7\" "
        + "fill=\"#fff\" stroke=\"\(colour)\" stroke-width=\"1.5\"/>"
    case 2:
      return "<path d=\"M\(pixel(x)) \(pixel(y - 4.5)) l4.5 8 h-9 z\" fill=\"\(colour)\"/>"
    default:
      return "<path d=\"M\(pixel(x)) \(pixel(y - 5)) l5 5 l-5 5 l-5 -5 z\" fill=\"#fff\" stroke=\"\(colour)\"/>"
    }
  }

  /// In a row on the right of the title.
  private func legend() -> [String] {
    var lines: [String] = []
    var x = Self.right
    for (index, one) in series.enumerated().reversed() {
      x -= Double(one.name.count) * 7.5 + 8
      lines.append("<text x=\"\(pixel(x))\" y=\"22\">\(Markup.escaped(one.name))</text>")
      let stroke = "stroke=\"\(Self.colours[index % 4])\" stroke-dasharray=\"\(Self.dashes[index % 4])\""
      lines.append(
        "<line x1=\"\(pixel(x - 40))\" x2=\"\(pixel(x - 6))\" y1=\"18\" y2=\"18\" stroke-width=\"2\" \(stroke)/>")
      lines.append(mark(index, x - 23, 18))
      x -= 56
    }
    return lines
  }

  private func pixel(_ value: Double) -> String { Figures.fixed(value, 1) }
}
