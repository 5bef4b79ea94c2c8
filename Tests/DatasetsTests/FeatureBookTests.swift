import Interactions
import Testing

@testable import Datasets

@Suite struct FeatureBookTests {
  private func entries(_ features: ItemFeatures, _ item: UInt32) -> [UInt32: Float] {
    Dictionary(
      uniqueKeysWithValues: features.entries(of: item).map { (features.feature(at: $0), features.weight(at: $0)) })
  }

  @Test func makesFeaturesOfTexts() throws {
    let fields = try FeatureField.list("genre:multi,type:category,episodes:number")
    var book = FeatureBook(fields: fields, itemCount: 4)
    book.take(["Drama, Action", "TV", "12"], of: 0)
    book.take(["Action|Drama|Space|War", "Unknown", "Unknown"], of: 1)
    book.take(["", " Movie ", "1"], of: 2)
    // Item 3 is in no file.
    let encoded = try book.encoded()
    #expect(
      encoded.names == [
        "genre=Action", "genre=Drama", "genre=Space", "genre=War", "genre=?", "type=Movie", "type=TV", "type=?",
        "episodes", "episodes=?",
      ])
    let half = Float(0.5.squareRoot())
    #expect(entries(encoded.features, 0) == [0: half, 1: half, 6: 1, 8: 0.5])
    #expect(entries(encoded.features, 1) == [0: 0.5, 1: 0.5, 2: 0.5, 3: 0.5, 7: 1, 9: 1])
    #expect(entries(encoded.features, 2) == [4: 1, 5: 1, 8: -0.5])
    #expect(entries(encoded.features, 3) == [4: 1, 7: 1, 9: 1])
    #expect(encoded.summaries.map(\.itemsWithout) == [2, 2, 2])
    #expect(encoded.summaries.map(\.range) == [0..<5, 5..<8, 8..<10])
    #expect(encoded.summaries[2].minimum == 1 && encoded.summaries[2].maximum == 12)
  }

  @Test func hasNoFeatureForWhatNeverLacks() throws {
    var book = FeatureBook(fields: [FeatureField(name: "year", kind: .number)], itemCount: 2)
    book.take(["1999"], of: 0)
    book.take(["1e3"], of: 1)
    let encoded = try book.encoded()
    #expect(encoded.names == ["year"] && encoded.features.count == 1)
  }

  @Test func wordsAreThoseThatItemsShare() throws {
    var book = FeatureBook(fields: try FeatureField.list("name:words"), itemCount: 5)
    for (item, name) in ["Ghost-Ship: the Movie", "ghost ship 2, Ghost of Ghosts", "Pélé!", "Unknown", "The PÉLÉ"]
      .enumerated()
    { book.take([name], of: item) }
    let encoded = try book.encoded()
    #expect(encoded.names == ["name=ghost", "name=pélé", "name=ship", "name=the", "name=?"])
    let (half, third) = (Float(0.5.squareRoot()), Float((1.0 / 3).squareRoot()))
    #expect(entries(encoded.features, 0) == [0: third, 2: third, 3: third])
    #expect(entries(encoded.features, 1) == [0: half, 2: half], "2, of and ghosts are nobody else's")
    #expect(entries(encoded.features, 2) == [1: 1] && entries(encoded.features, 3) == [4: 1])
    #expect(entries(encoded.features, 4) == [1: half, 3: half])
    #expect(encoded.summaries[0].itemsWithout == 1)
  }

  @Test func ranksNumbers() {
    let numbers: [Double] = [1, 1, 2, 1000]
    #expect([1, 2, 1000].map { FeatureBook.rank($0, among: numbers) } == [-0.5, 0.25, 0.75])
    #expect(FeatureBook.rank(0, among: numbers) == -1 && FeatureBook.rank(5000, among: numbers) == 1)
  }

  @Test(arguments: ["", "Unknown", "null", "N/A", "?", " "]) func unknownIsNoValue(_ text: String) {
    for kind in FeatureKind.allCases { #expect(FeatureBook.values(text, kind).isEmpty) }
  }

  @Test func aNumberIsWhatReadsAsOne() {
    #expect(FeatureBook.values("12 or so", .number).isEmpty && FeatureBook.values("inf", .number).isEmpty)
    #expect(FeatureBook.values(" -3.5 ", .number) == ["-3.5"])
    #expect(FeatureBook.values("A, B, A", .multi) == ["A", "B"] && FeatureBook.values("A, B", .category) == ["A, B"])
  }

  @Test(arguments: ["genre", "genre:", ":multi", "genre:many", "a:multi,a:number", "", "a:multi,"])
  func refusesWhatIsNoList(_ text: String) {
    #expect(throws: DatasetError.self) { try FeatureField.list(text) }
  }
}
