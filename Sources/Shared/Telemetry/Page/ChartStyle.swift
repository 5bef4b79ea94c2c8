/// What tells the series of a chart apart: colours on a screen, dashes, marks and hatching where it is printed.
package enum ChartStyle {
  static let css = """
    svg { font-family: system-ui, sans-serif; font-size: 13px; }
    svg .title { font-weight: 600; font-size: 15px; }
    svg .grid { stroke: #ddd; }
    svg .axis { stroke: #333; }
    svg .error { stroke: #111; stroke-width: 1.2; fill: none; }
    """

  /// Pixels of a letter in text of 13 pixels, in names of some capitals.
  static let letterWidth = 8.0

  private static let colours = [
    "#1b4f8f", "#a33a00", "#2f6b2f", "#6b2f7a", "#00707a", "#8a6d00", "#b0204a", "#444444",
  ]
  private static let dashes = ["none", "7 4", "2 4", "9 3 2 3", "12 4", "4 2", "9 3 2 3 2 3", "1 3"]
  /// Marks: circles, squares, triangles and diamonds, full and empty in turn.
  private static let count = 8

  static func colour(_ index: Int) -> String { colours[index % count] }

  static func stroke(_ index: Int) -> String {
    "stroke-width=\"2\" stroke=\"\(colour(index))\" stroke-dasharray=\"\(dashes[index % count])\""
  }

  static func mark(_ index: Int, _ x: Double, _ y: Double) -> String {
    let isFull = index % 2 == 0
    let paint =
      "fill=\"\(isFull ? colour(index) : "#fff")\" stroke=\"\(colour(index))\" stroke-width=\"\(isFull ? "1" : "1.5")\""
    switch index % count {
    case 0, 5: return "<circle cx=\"\(pixel(x))\" cy=\"\(pixel(y))\" r=\"3.5\" \(paint)/>"
    case 1, 4:
      return "<rect x=\"\(pixel(x - 3.5))\" y=\"\(pixel(y - 3.5))\" width=\"7\" height=\"7\" \(paint)/>"
    case 2, 7: return "<path d=\"M\(pixel(x)) \(pixel(y - 4.5)) l4.5 8 h-9 z\" \(paint)/>"
    default: return "<path d=\"M\(pixel(x)) \(pixel(y - 5)) l5 5 l-5 5 l-5 -5 z\" \(paint)/>"
    }
  }

  /// A filling of its own for each series; `hatching` must stand in the same SVG.
  static func fill(_ index: Int) -> String {
    "fill=\"\(index % count == 0 ? colour(0) : "url(#hatch-\(index % count))")\" stroke=\"\(colour(index))\""
  }

  /// The fillings of so many series.
  static func hatching(_ series: Int) -> [String] {
    let strokes = ["", "M0 8 L8 0", "M0 0 L8 8", "M0 4 H8", "M4 0 V8", "M0 8 L8 0 M0 0 L8 8", "M0 4 H8 M4 0 V8", ""]
    let patterns = (1..<max(1, min(series, count))).map { index in
      "<pattern id=\"hatch-\(index)\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
        + "<rect width=\"8\" height=\"8\" fill=\"#fff\"/>"
        + "<path d=\"\(strokes[index])\" stroke=\"\(colour(index))\" stroke-width=\"1.6\"/></pattern>"
    }
    return patterns.isEmpty ? [] : ["<defs>" + patterns.joined() + "</defs>"]
  }

  /// The whisker of a standard error.
  static func whisker(_ x: Double, from low: Double, to high: Double) -> String {
    "<path class=\"error\" d=\"M\(pixel(x - 4)) \(pixel(low)) h8 m-4 0 V\(pixel(high)) m-4 0 h8\"/>"
  }

  static func pixel(_ value: Double) -> String { Figures.fixed(value, 1) }

  /// A chart as a file of its own, which brings its style and says what it is.
  package static func file(_ svg: String) -> String {
    guard let end = svg.firstIndex(of: ">") else { return svg }
    return svg[..<end].replacing("<svg ", with: "<svg xmlns=\"http://www.w3.org/2000/svg\" ")
      + ">\n<style>\n\(css)\n</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
      + svg[svg.index(after: end)...]
  }
}
