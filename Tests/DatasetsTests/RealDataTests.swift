import Foundation
import Interactions
import Plan
import TestSupport
import Testing

@testable import Datasets

/// Where the real data sets are; they may not be passed on, so they are not part of the project.
private let realData = ProcessInfo.processInfo.environment["NEUMF_DATA"]

@Suite(.enabled(if: realData != nil, "NEUMF_DATA names no folder with the real data sets"))
struct RealDataTests {
  private func prepare(
    _ inputs: [String], _ format: DatasetFormat, _ change: (inout PreparationOptions) -> Void = { _ in }
  ) throws -> PreparedDataset {
    let folder = try TemporaryFolder()
    var options = PreparationOptions(
      inputs: inputs.map { "\(realData ?? "")/\($0)" }, format: format, output: folder.path("data"))
    change(&options)
    _ = try Preparation(options).run()
    return try PreparedDataset(folder: options.output)
  }

  private func file(_ name: String) -> String { "\(realData ?? "")/\(name)" }

  @Test func readsTheNCFPaperSplitOfMovieLens1M() throws {
    let data = try prepare(["ml-1m-ncf/ml-1m"], .ncf) {
      ($0.itemIDsFile, $0.itemsFile) = (file("ml-1m-ncf/item-ids.tsv"), file("ml-1m/movies.dat"))
    }
    #expect(data.summary.size == ProblemSize(users: 6040, items: 3706, trainingInteractions: 994_169))
    #expect(data.testCases.count == 6040 && data.summary.testNegatives == 99 && data.summary.titledItems == 3706)
    let cases = data.testCases
    var duplicated = 0
    for index in 0..<cases.count {
      let negatives = cases.negatives(at: index)
      for place in negatives.indices where negatives[place] == cases.item(at: index).rawValue { duplicated += 1 }
    }
    #expect(duplicated == 156)
    #expect(data.title(of: Row(0)) == "One Flew Over the Cuckoo's Nest (1975)" && data.id(ofItem: Row(0)) == "1193")
  }

  @Test func holdsOutTheLatestOfEveryUserOfMovieLens100k() throws {
    let data = try prepare(["ml-100k/u.data"], .movielens) { $0.itemsFile = file("ml-100k/u.item") }
    #expect(data.summary.size == ProblemSize(users: 943, items: 1682, trainingInteractions: 99_057))
    #expect(data.summary.titledItems == 1682 && data.title(of: Row(0)) == "Toy Story (1995)")
    #expect(data.genres(of: Row(0)) == ["Animation", "Children's", "Comedy"])
    var latest: [Substring: (time: Int, item: Substring)] = [:]
    for line in try String(contentsOfFile: file("ml-100k/u.data"), encoding: .utf8).split(separator: "\n") {
      let fields = line.split(separator: "\t")
      let time = try #require(Int(fields[3]))
      if time >= latest[fields[0]]?.time ?? .min { latest[fields[0]] = (time, fields[1]) }
    }
    #expect(data.testCases.count == 943)
    for index in 0..<data.testCases.count {
      let user = data.id(ofUser: data.testCases.user(at: index))
      #expect(latest[Substring(user)]?.item == Substring(data.id(ofItem: data.testCases.item(at: index))))
    }
  }

  @Test func readsNetflixInBothForms() throws {
    let combined = try prepare(["netflix/combined_data_1.txt"], .netflix)
    let movies = try prepare(["netflix/mv"], .netflix) { $0.itemsFile = file("netflix/movie_titles.csv") }
    #expect(combined.summary.interactionsRead == 42_813 && movies.summary.interactionsRead == 20_352)
    #expect(movies.title(of: Row(0)) == "Dinosaur Planet (2003)")
    for movie in 1...10 {
      #expect(ratings(combined, of: "\(movie)") == ratings(movies, of: "\(movie)"), "movie \(movie)")
    }
    #expect(try prepare(["netflix/combined_data_4.txt"], .netflix).summary.interactionsRead == 10_068)
  }

  /// Each level of rating of an item, with how often it was given, in training and test together.
  private func ratings(_ data: PreparedDataset, of id: String) -> [Float: Int] {
    var counts: [Float: Int] = [:]
    let item = data.item(withID: id)
    let matrix = data.trainingMatrix(excludingValidation: false)
    for index in 0..<matrix.count where matrix.item(at: index) == item {
      counts[matrix.rating(at: index) ?? 0, default: 0] += 1
    }
    guard let test = data.testRatings else { return counts }
    for index in 0..<test.count where test.item(at: index) == item { counts[test.rating(at: index), default: 0] += 1 }
    return counts
  }

  @Test func readsAnimeAsColumns() throws {
    let data = try prepare(["anime/rating.csv"], .csv) {
      $0.columns = CSVColumns(user: "user_id", item: "anime_id", rating: "rating")
      $0.itemsFile = file("anime/anime.csv")
    }
    #expect(
      data.summary.interactionsRead == 215_169 && data.summary.ratingScale == RatingScale(minimum: -1, maximum: 10))
    let bebop = try #require(data.item(withID: "1"))
    #expect(data.title(of: bebop) == "Cowboy Bebop" && data.genres(of: bebop).contains("Space"))
  }
}
