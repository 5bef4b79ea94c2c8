import Glibc
import Plan

/// The items of a generated data set: what they are, how popular, and what they are called.
struct SyntheticCatalogue: Sendable {
  /// Where items and tastes may meet: a style of a genre.
  struct Kind: Sendable, Equatable {
    var genre: UInt8
    var style: UInt8
  }

  /// The first genre of each item and its style: `[items]`.
  private(set) var kinds: [Kind] = []
  /// The second genre of each item, where it has one: `[items]`.
  private(set) var secondGenres: [UInt8?] = []
  /// How often each item would be chosen if everybody liked the same, up to a factor: `[items]`.
  private(set) var popularity: [Double] = []
  /// With the year: `[items]`.
  private(set) var titles: [String] = []

  static let stylesPerGenre = 3
  private static let shareWithSecondGenre = 0.45

  init(itemCount: Int, seed: UInt64) {
    let stream = RandomStream(seed: seed, .synthesis, 0, 1)
    let ranks = IndexPermutation(count: itemCount, stream: RandomStream(seed: seed, .synthesis, 0, 2))
    var titleMaker = TitleMaker(seed: seed)
    for item in 0..<itemCount {
      let counter = UInt64(item) * 8
      let kind = Kind(
        genre: Self.genre(at: stream.uniform(at: counter)),
        style: UInt8(stream.index(below: UInt32(Self.stylesPerGenre), at: counter + 1)))
      let second = Self.genre(at: stream.uniform(at: counter + 2))
      let hasSecond = stream.uniform(at: counter + 3) < Self.shareWithSecondGenre && second != kind.genre
      kinds.append(kind)
      secondGenres.append(hasSecond ? second : nil)
      popularity.append(Self.popularity(rank: ranks[item], of: itemCount))
      titles.append(titleMaker.title(kind, random: stream[counter + 4]))
    }
  }

  /// As in MovieLens's `movies.dat`.
  func genres(of item: Int) -> String {
    let first = SyntheticVocabulary.genres[Int(kinds[item].genre)].name
    guard let second = secondGenres[item] else { return first }
    return "\(first)|\(SyntheticVocabulary.genres[Int(second)].name)"
  }

  /// A genre by its share.
  static func genre(at uniform: Double) -> UInt8 {
    var rest = uniform * SyntheticVocabulary.genres.reduce(0) { $0 + $1.share }
    for (index, genre) in SyntheticVocabulary.genres.enumerated() {
      rest -= genre.share
      if rest <= 0 { return UInt8(index) }
    }
    return UInt8(SyntheticVocabulary.genres.count - 1)
  }

  /// A Zipf-like head with a thinning tail. With MovieLens 1M's counts it gives about its popularity baseline.
  private static func popularity(rank: Int, of count: Int) -> Double {
    let place = Double(rank) / Double(count)
    return exp(-3.2 * place) / pow(place + 0.008, 0.55)
  }
}

/// Hands out titles without using one twice.
private struct TitleMaker {
  private var pools: [[String]] = []
  private var used: [Int] = []

  init(seed: UInt64) {
    for (index, genre) in SyntheticVocabulary.genres.enumerated() {
      for (place, style) in genre.styles.enumerated() {
        let titles = SyntheticVocabulary.titles(of: style, in: genre)
        let stream = RandomStream(seed: seed, .synthesis, UInt64(index * SyntheticCatalogue.stylesPerGenre + place), 3)
        let order = IndexPermutation(count: titles.count, stream: stream)
        pools.append(titles.indices.map { titles[order[$0]] })
        used.append(0)
      }
    }
  }

  mutating func title(_ kind: SyntheticCatalogue.Kind, random: UInt64) -> String {
    let pool = Int(kind.genre) * SyntheticCatalogue.stylesPerGenre + Int(kind.style)
    let round = used[pool] / pools[pool].count
    let title = pools[pool][used[pool] % pools[pool].count]
    used[pool] += 1
    let years = SyntheticVocabulary.genres[Int(kind.genre)].styles[Int(kind.style)].years
    let year = years.lowerBound + Int(random % UInt64(years.count))
    return round == 0 ? "\(title) (\(year))" : "\(title) \(SyntheticVocabulary.numeral(round + 1)) (\(year))"
  }
}
