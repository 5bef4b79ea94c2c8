import Testing

@testable import neumf

@Suite struct TextTableTests {
  @Test func alignsTextLeftAndNumbersRight() {
    var table = TextTable([
      TextTable.Column(heading: "#", isNumber: true), TextTable.Column(heading: "Title", limit: 6),
      TextTable.Column(heading: "Score", isNumber: true),
    ])
    table.append(["1", "Amélie", "0.5"])
    table.append(["10", "A long one", "12.25"])
    #expect(
      table.text == """
           #  Title   Score
           1  Amélie    0.5
          10  A lon…  12.25
        """)
  }

  @Test func leavesNoBlanksAtTheEnd() {
    var table = TextTable([TextTable.Column(heading: "A"), TextTable.Column(heading: "Long heading")])
    table.append(["x", ""])
    #expect(table.text.split(separator: "\n").last == "  x")
  }

  @Test func groupsThousands() {
    #expect(
      [0, 7, 999, 1000, 994_169, 1_000_000, -1234].map(OutputText.grouped) == [
        "0", "7", "999", "1,000", "994,169", "1,000,000", "-1,234",
      ])
  }

  @Test(arguments: [
    ("Toy Story (1995)", "Toy Story", "1995"), ("Toy Story", "Toy Story", ""), ("(500)", "(500)", ""), ("", "", ""),
    ("City of Lost Children, The (Cité) (1995)", "City of Lost Children, The (Cité)", "1995"),
    ("X (19x5)", "X (19x5)", ""),
  ])
  func findsTheYearOfATitle(text: String, title: String, year: String) {
    #expect(ItemListing.titleAndYear(text) == (title, year))
  }
}
