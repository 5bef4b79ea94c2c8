import Foundation
import Telemetry
import Testing

struct ChartTests {
  private func places(_ attribute: String, of tag: String, in svg: String) -> [Double] {
    svg.components(separatedBy: "<\(tag) ").dropFirst().compactMap { element in
      (" " + element).components(separatedBy: " \(attribute)=\"").dropFirst().first.flatMap { text in
        Double(text.prefix { $0 != "\"" })
      }
    }
  }

  @Test func barsBeginAtZeroAndHaveTheirValues() {
    let svg = BarChart(
      title: "T", xName: "model", yName: "HR", groups: ["a", "b", "c"],
      series: [.init(name: "best", values: [(0.5, nil), (0.25, 0.01), (nil, nil)])]
    ).svg
    let heights = places("height", of: "rect", in: svg)
    #expect(heights.count == 2 && abs(heights[0] - 2 * heights[1]) < 0.2, "\(heights)")
    #expect(svg.contains(">0.500</text>") && svg.contains(">0.250</text>") && svg.contains(">0.0</text>"))
    #expect(svg.components(separatedBy: "class=\"error\"").count == 2)
    for name in [">a<", ">b<", ">c<", ">model<", ">HR<", ">T<"] { #expect(svg.contains(name), "\(name)") }
  }

  @Test func barsBelowZeroHangFromIt() {
    let svg = BarChart(
      title: "T", xName: "x", yName: "y", groups: ["a", "b"], series: [.init(name: "s", values: [(1, nil), (-1, nil)])]
    ).svg
    let (tops, heights) = (places("y", of: "rect", in: svg), places("height", of: "rect", in: svg))
    #expect(abs(tops[0] + heights[0] - tops[1]) < 0.2 && abs(heights[0] - heights[1]) < 0.2)
  }

  /// Level above broad bars, and upright above narrow ones.
  @Test(arguments: [1, 4]) func valuesStandBetweenTheBarsAndTheTitle(series: Int) {
    let svg = BarChart(
      title: "T", xName: "x", yName: "y", groups: (0..<5).map { "g\($0)" },
      series: (0..<series).map { index in
        .init(name: "s\(index)", values: (0..<5).map { _ in (value: 0.3, error: 0.001) })
      }, places: 4
    ).svg
    let labels = svg.components(separatedBy: "<text ").filter { $0.contains("font-size=\"11\"") }
    #expect(labels.count == 5 * series && labels.allSatisfy { $0.contains("rotate") == (series > 1) })
    let heights = places("y", of: "text", in: labels.map { "<text \($0)" }.joined())
    let title = 22.0
    #expect(heights.allSatisfy { $0 - (series > 1 ? 6 * 6.2 : 11) > title + 11 }, "\(heights)")
  }

  @Test func seriesOfBarsDifferByHatchingAndHaveALegend() {
    let svg = BarChart(
      title: "T", xName: "x", yName: "y", groups: ["a"],
      series: (0..<3).map { .init(name: "series \($0)", values: [(1, nil)]) }
    ).svg
    for index in 1..<3 { #expect(svg.contains("id=\"hatch-\(index)\"") && svg.contains("url(#hatch-\(index))")) }
    for index in 0..<3 { #expect(svg.contains(">series \(index)<")) }
  }

  @Test func linesOverValuesHaveEqualDistancesAndWhiskers() {
    let points = [8.0, 16, 64].enumerated().map { LineChart.Point(x: Double($0.offset), y: $0.element, error: 1) }
    let svg = LineChart(
      title: "T", across: .values(name: "factors", ["8", "16", "64"]), yName: "y",
      series: [.init(name: "one", points: points)]
    ).svg
    let centres = places("cx", of: "circle", in: svg)
    #expect(centres.count == 3 && abs(centres[1] - centres[0] - (centres[2] - centres[1])) < 0.2, "\(centres)")
    #expect(svg.components(separatedBy: "class=\"error\"").count == 4)
    #expect(svg.contains(">64</text>") && svg.contains(">factors</text>"))
  }

  @Test func manySeriesHaveTheirLegendInRowsBelowThePlot() {
    func chart(_ count: Int) -> String {
      let points = [LineChart.Point(x: 1, y: 1), LineChart.Point(x: 2, y: 2)]
      return LineChart(
        title: "T", yName: "y", series: (0..<count).map { .init(name: "a rather long name \($0)", points: points) }
      ).svg
    }
    let heights = [1, 3, 8].compactMap { places("height", of: "svg", in: chart($0)).first }
    #expect(heights.count == 3 && heights[0] < heights[1] && heights[1] < heights[2])
    let dashes = chart(8).components(separatedBy: "<polyline").dropFirst().compactMap { line in
      line.components(separatedBy: "stroke-dasharray=\"").dropFirst().first?.prefix { $0 != "\"" }
    }
    #expect(Set(dashes).count == 8, "no two lines alike without colour")
  }

  @Test func aLineWithoutPointsKeepsTheLooksOfTheOthers() {
    func colours(_ points: [LineChart.Point]) -> [String] {
      let others = (1...2).map { LineChart.Series(name: "s\($0)", points: [.init(x: 1, y: 1), .init(x: 2, y: 2)]) }
      let svg = LineChart(title: "T", yName: "y", series: [.init(name: "first", points: points)] + others).svg
      #expect(svg.contains(">first<") == !points.isEmpty)
      return svg.components(separatedBy: "<polyline").dropFirst().compactMap { line in
        line.components(separatedBy: "stroke=\"").dropFirst().first.map { String($0.prefix { $0 != "\"" }) }
      }
    }
    #expect(colours([]) == Array(colours([.init(x: 1, y: 1), .init(x: 2, y: 1)]).dropFirst()))
    #expect(Set(colours([])).count == 2)
  }

  @Test func longLabelsTakeTwoLinesOrLean() {
    func chart(_ groups: [String]) -> String {
      let values = groups.map { _ in (value: 1.0 as Double?, error: nil as Double?) }
      return BarChart(
        title: "T", xName: "x", yName: "y", groups: groups, series: [.init(name: "s", values: values)]
      ).svg
    }
    let names = (0..<6).map { "NeuMF \($0), pre-trained" }
    #expect(chart(names).contains(">NeuMF 0,</text>") && chart(names).contains(">pre-trained</text>"))
    #expect(chart(["a, b"]).contains(">a, b</text>"))
    let long = chart((0..<20).map { "a very long name \($0)" })
    #expect(long.contains("rotate(-35") && long.contains(">a very long name 3</text>"))
  }

  @Test func aFileSaysWhatItIsAndBringsItsStyle() {
    let file = ChartStyle.file(LineChart(title: "T", yName: "y", series: []).svg)
    #expect(file.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox") && file.contains("<style>"))
    #expect(file.hasSuffix("</svg>\n"))
  }
}
