import Testing

@testable import Datasets

@Suite struct SyntheticCatalogueTests {
  @Test func namesItemsByWhatTheyAre() {
    let catalogue = SyntheticCatalogue(itemCount: 3000, seed: 1)
    #expect(Set(catalogue.titles).count > 2990)
    for item in 0..<3000 {
      let kind = catalogue.kinds[item]
      let genre = SyntheticVocabulary.genres[Int(kind.genre)]
      let style = genre.styles[Int(kind.style)]
      #expect(style.nouns.contains { catalogue.titles[item].contains($0) }, "\(catalogue.titles[item])")
      #expect(catalogue.genres(of: item).split(separator: "|").first.map(String.init) == genre.name)
      let year = Int(catalogue.titles[item].dropLast().suffix(4))
      #expect(year.map(style.years.contains) == true)
    }
  }

  @Test func numbersWhatComesAgain() {
    let titles = SyntheticCatalogue(itemCount: 20_000, seed: 1).titles
    #expect(titles.contains { $0.contains(" II (") } && titles.contains { $0.contains(" III (") })
    #expect(Set(titles.map { $0.dropLast(7) }).count == 20_000)
    #expect([1, 4, 9, 14, 49, 1994].map(SyntheticVocabulary.numeral) == ["I", "IV", "IX", "XIV", "XLIX", "MCMXCIV"])
  }

  @Test func haveAFewThatAreFarMorePopular() {
    let popularity = SyntheticCatalogue(itemCount: 1000, seed: 1).popularity.sorted(by: >)
    let total = popularity.reduce(0, +)
    let head = popularity.prefix(100).reduce(0, +) / total
    #expect(head > 0.4 && head < 0.65 && popularity[999] > 0)
  }
}
