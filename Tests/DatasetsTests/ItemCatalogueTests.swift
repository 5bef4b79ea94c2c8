import TestSupport
import Testing

@testable import Datasets

@Suite struct ItemCatalogueTests {
  private let ids = TextColumn(["1", "2", "30"])

  private func read(
    _ bytes: some Sequence<UInt8>, idColumn: String? = nil, skips: Bool = false
  ) throws -> (ItemCatalogue, MalformedLines) {
    let folder = try TemporaryFolder()
    var catalogue = ItemCatalogue(itemCount: 3)
    var malformed = MalformedLines(areSkipped: skips)
    try catalogue.read(
      folder.write("items", bytes), ids: ids, order: ids.order(), idColumn: idColumn, malformed: &malformed)
    return (catalogue, malformed)
  }

  @Test func readsColons() throws {
    let text = "1::Toy Story (1995)::Animation|Comedy\n77::Nobody::Drama\n30::Am\u{E9}lie: The Film (2001)::Romance"
    let found = try read(text.unicodeScalars.map { UInt8($0.value) }).0
    #expect(found.titles == ["Toy Story (1995)", "", "Amélie: The Film (2001)"] && found.titledCount == 2)
    #expect(found.genres == ["Animation|Comedy", "", "Romance"])
  }

  @Test func readsPipesWithFlags() throws {
    let flags = (0..<19).map { $0 == 1 || $0 == 18 ? "1" : "0" }.joined(separator: "|")
    let found = try read("2|GoldenEye (1995)|01-Jan-1995||http://x|\(flags)\n".utf8).0
    #expect(found.titles[1] == "GoldenEye (1995)" && found.genres[1] == "Action|Western")
  }

  @Test func readsNetflixTitlesWithCommas() throws {
    let found = try read("1,2003,Dinosaur Planet\n2,NULL,Rome, and Pompeii\n30,1993,Dr. Quinn, Medicine Woman\n".utf8).0
    #expect(found.titles == ["Dinosaur Planet (2003)", "Rome, and Pompeii", "Dr. Quinn, Medicine Woman (1993)"])
  }

  @Test func readsColumnsByName() throws {
    let text =
      "movieId,title,genres\r\n30,\"Am&eacute;lie, \"\"the\"\" &amp; film\",Comedy|Drama\r\n"
      + "1,Heat,(no genres listed)\r\n"
    let found = try read(text.utf8).0
    #expect(found.titles == ["Heat", "", "Am&eacute;lie, \"the\" & film"] && found.genres == ["", "", "Comedy|Drama"])
    let other = try read("name,anime_id,genre\nBebop,2,\"Action, Space\"\n".utf8, idColumn: "anime_id").0
    #expect(other.titles == ["", "Bebop", ""] && other.genres[1] == "Action|Space")
  }

  @Test func saysWhichLineIsMalformed() throws {
    let text = "1::Toy Story::Comedy\n2::Jumanji\n"
    let error = #expect(throws: DatasetError.self) { _ = try read(text.utf8) }
    #expect(error?.line == 2 && error?.problem == "expected MovieID::Title::Genres, found \"2::Jumanji\"")
    let (catalogue, malformed) = try read(text.utf8, skips: true)
    #expect(catalogue.titledCount == 1 && malformed.count == 1 && malformed.first.map(\.line) == [2])
    #expect(throws: DatasetError.self) { _ = try read("id,label\n1,x\n".utf8) }
    #expect(throws: DatasetError.self) { _ = try read("id,title\n1,\"x\n".utf8) }
  }
}
