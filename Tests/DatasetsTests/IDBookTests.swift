import Plan
import Testing

@testable import Datasets

@Suite struct IDBookTests {
  private func rows(_ ids: [String], _ form: IDBook.Form = .raw) -> (rows: [UInt32?], ids: [String], newRows: [UInt32]?)
  {
    var book = IDBook(form)
    let rows = ids.map { book.row(of: Array($0.utf8).span)?.rawValue }
    let finished = book.finish()
    return (rows, finished.ids.strings, finished.newRows)
  }

  @Test func ordersNumbers() {
    let found = rows(["30", "4", "30", "100", "4"])
    #expect(found.rows == [0, 1, 0, 2, 1] && found.ids == ["4", "30", "100"] && found.newRows == [1, 0, 2])
  }

  @Test func keepsTextsAsTheyAppear() {
    let found = rows(["b", "7", "007", "a", "b", "7", "12345678901234567890"])
    #expect(found.rows == [0, 1, 2, 3, 0, 1, 4] && found.newRows == nil)
    #expect(found.ids == ["b", "7", "007", "a", "12345678901234567890"])
  }

  @Test func takesGivenRows() {
    let found = rows(["3", "0", "x", "", "134217728", "99999999999"], .rows)
    #expect(found.rows == [3, 0, nil, nil, nil, nil] && found.ids == ["0", "1", "2", "3"])
  }

  @Test func tellsManyApart() {
    let numbers = (0..<20_000).map { String($0 * 4096) }
    #expect(rows(numbers).rows == numbers.indices.map { UInt32($0) })
    let texts = (0..<20_000).map { "user-\($0)" }
    let found = rows(texts + texts.reversed())
    #expect(found.rows == (Array(texts.indices) + texts.indices.reversed()).map { UInt32($0) } && found.ids == texts)
  }

  @Test func refusesNothing() {
    let book = IDBook(.raw)
    let (takesNothing, takesText) = (book.accepts([UInt8]().span), book.accepts([UInt8(65)].span))
    #expect(!takesNothing && takesText)
  }
}

extension TextColumn {
  var strings: [String] {
    (0..<count).map { row in String(decoding: self[row].indices.map { self[row][$0] }, as: UTF8.self) }
  }
}
