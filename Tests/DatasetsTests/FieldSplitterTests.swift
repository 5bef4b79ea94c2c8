import Testing

@testable import Datasets

@Suite struct FieldSplitterTests {
  private func fields(_ line: String, _ separator: String = ",", quotes: Bool = true) -> [String]? {
    var splitter = FieldSplitter(separator: Array(separator.utf8), hasQuotes: quotes)
    let bytes = Array(line.utf8)
    guard splitter.split(bytes.span) else { return nil }
    return splitter.fields.indices.map { index in
      let field = splitter.field(index, of: bytes.span)
      return String(decoding: field.indices.map { field[$0] }, as: UTF8.self)
    }
  }

  @Test(
    arguments: [
      ("a,b,c", ["a", "b", "c"]), ("", [""]), (",", ["", ""]), ("a,,c,", ["a", "", "c", ""]),
      (#""a,b",c"#, ["a,b", "c"]),
      (#""say ""hi""",2"#, [#"say "hi""#, "2"]), (#"",x"#, nil), (#""",x"#, ["", "x"]), (#"a,"b"#, nil),
      (#"a,"""#, ["a", ""]),
      (#""""""#, ["\""]),
      ("\"a\nb\",c", ["a\nb", "c"]), (#"a"b,c"#, [#"a"b"#, "c"]), (#""a"x,c"#, ["ax", "c"]), (#""a""#, ["a"]),
    ] as [(String, [String]?)])
  func cutsAtCommas(line: String, expected: [String]?) {
    #expect(fields(line) == expected)
  }

  /// A record of many lines used to be read anew with each of them.
  @Test(arguments: [#"a,"b\nc","d\n\ne"\n"#, #""\r\n\r",x\n"#, #""a""\n""b",",\n,"\n"#])
  func goesOnWhereTheLineEnded(escaped: String) {
    let text = escaped.replacing(#"\n"#, with: "\n").replacing(#"\r"#, with: "\r")
    let bytes = Array(text.dropLast().utf8)
    var splitter = FieldSplitter(separator: [0x2C], hasQuotes: true)
    var end = bytes.firstIndex(of: 0x0A) ?? bytes.count
    var isWhole = splitter.split(bytes.span.extracting(first: end))
    var lines = 1
    while !isWhole {
      end = bytes[(end + 1)...].firstIndex(of: 0x0A) ?? bytes.count
      isWhole = splitter.resume(bytes.span.extracting(first: end))
      lines += 1
    }
    let found = splitter.fields.indices.map { index in
      let field = splitter.field(index, of: bytes.span)
      return String(decoding: field.indices.map { field[$0] }, as: UTF8.self)
    }
    #expect(lines > 1 && found == fields(String(decoding: bytes, as: UTF8.self)))
  }

  @Test(
    arguments: [
      ("1::2::3", ["1", "2", "3"]), ("1:2::3:", ["1:2", "3:"]), ("1:::2", ["1", ":2"]), ("::", ["", ""]),
      ("1::2:", ["1", "2:"]),
    ] as [(String, [String])])
  func cutsAtLongerSeparators(line: String, expected: [String]) {
    #expect(fields(line, "::", quotes: false) == expected)
    #expect(fields(line, "::") == expected)
  }

  @Test func leavesQuotesAloneWhereTheyMeanNothing() {
    #expect(fields(#""a,b"#, quotes: false) == ["\"a", "b"])
  }

  @Test func forgetsTheLineBefore() {
    var splitter = FieldSplitter(separator: [0x2C], hasQuotes: true)
    let quoted = Array(#""a","b""#.utf8)
    _ = splitter.split(quoted.span)
    let plain = Array("xy,z".utf8)
    let isWhole = splitter.split(plain.span)
    let field = splitter.field(0, of: plain.span)
    let text = field.indices.map { field[$0] }
    #expect(isWhole && splitter.fields.count == 2 && text == Array("xy".utf8))
  }
}
