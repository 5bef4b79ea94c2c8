import Testing

@testable import Datasets

@Suite struct ItemTextTests {
  @Test func tellsEncodingsApart() {
    let modern = ItemText.decoded(Array("Amélie (2001)".utf8).span)
    let latin1 = ItemText.decoded([0x41, 0x6D, 0xE9, 0x6C, 0x69, 0x65].span)
    #expect(modern == "Amélie (2001)" && latin1 == "Amélie")
  }

  @Test(arguments: [
    ("Tom &amp; Jerry", "Tom & Jerry"), ("It&#039;s", "It's"), ("&#x263A;", "☺"), ("A & B", "A & B"),
    ("&unknown;", "&unknown;"),
    ("&", "&"), ("&amp", "&amp"), ("&quot;x&quot;", "\"x\""), ("&#xD800;", "&#xD800;"), ("&&lt;", "&<"),
    ("&#99999999999;", "&#99999999999;"),
  ])
  func replacesEntities(text: String, expected: String) {
    #expect(ItemText.withoutEntities(text) == expected)
  }

  @Test(
    arguments: [
      ("Animation|Children's", ["Animation", "Children's"]),
      ("Drama, Slice of Life , School", ["Drama", "Slice of Life", "School"]),
      ("", []), ("(no genres listed)", []), ("unknown", []), ("Sci-Fi", ["Sci-Fi"]),
    ] as [(String, [String])])
  func listsGenres(text: String, expected: [String]) {
    #expect(ItemText.genres(text) == expected)
  }
}
