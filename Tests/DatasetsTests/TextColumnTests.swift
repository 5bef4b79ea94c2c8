import Testing

@testable import Datasets

@Suite struct TextColumnTests {
  private let texts = ["b", "", "abc", "ab", "é", "b2"]

  @Test func findsEveryText() {
    let column = TextColumn(texts)
    let order = column.order()
    #expect(order.map { texts[Int($0)] } == ["", "ab", "abc", "b", "b2", "é"])
    func row(_ text: String) -> UInt32? { column.row(of: Array(text.utf8).span, in: order) }
    for (place, text) in texts.enumerated() { #expect(row(text) == UInt32(place)) }
    for text in ["a", "abcd", "c", "zz"] { #expect(row(text) == nil) }
  }

  @Test func selectsRows() {
    #expect(TextColumn(texts).selecting([4, 0]).strings == ["é", "b"])
    let nowhere = TextColumn().row(of: [65].span, in: [])
    #expect(nowhere == nil)
  }
}
