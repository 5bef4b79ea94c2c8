import Interactions
import Plan
import TestSupport
import Testing

@testable import Datasets

/// A rating as the generated files of these tests write it in every format.
private struct Rating {
  let user: Int
  let item: Int
  let rating: Int
  /// Days since 2000-01-01.
  let day: Int

  var seconds: Int { 946_684_800 + day * 86_400 }
  var date: String { "2000-01-\(day + 1 < 10 ? "0" : "")\(day + 1)" }
}

/// Ratings of 12 users on 40 items, users from 101 by 7, items from 5 by 3, without duplicates.
private let ratings: [Rating] = {
  let stream = RandomStream(seed: 3, .simulation)
  var pairs = Set<[Int]>()
  var ratings: [Rating] = []
  for counter in 0..<400 {
    let user = 101 + 7 * Int(stream.index(below: 12, at: UInt64(counter * 4)))
    let item = 5 + 3 * Int(stream.index(below: 40, at: UInt64(counter * 4 + 1)))
    guard pairs.insert([user, item]).inserted else { continue }
    let (rating, day) = (
      stream.index(below: 5, at: UInt64(counter * 4 + 2)), stream.index(below: 31, at: UInt64(counter * 4 + 3))
    )
    ratings.append(Rating(user: user, item: item, rating: Int(rating) + 1, day: Int(day)))
  }
  return ratings
}()

/// What a container says, in raw ids.
private struct Contents: Equatable {
  var training: [[String]] = []
  var test: [[String]] = []
  var validation: [[String]] = []

  init(_ data: PreparedDataset) {
    let matrix = data.trainingMatrix(excludingValidation: false)
    for user in 0..<matrix.users {
      for index in matrix.range(of: Row(user)) {
        training.append([
          data.id(ofUser: Row(user)), data.id(ofItem: matrix.item(at: index)), "\(matrix.rating(at: index) ?? 0)",
        ])
      }
    }
    func pairs(_ cases: EvaluationCases) -> [[String]] {
      (0..<cases.count).map { [data.id(ofUser: cases.user(at: $0)), data.id(ofItem: cases.item(at: $0))] }
    }
    test = pairs(data.testCases)
    validation = pairs(data.validationCases)
  }
}

@Suite struct PreparationTests {
  private func prepare(
    _ folder: TemporaryFolder, _ inputs: [String], _ format: DatasetFormat,
    _ change: (inout PreparationOptions) -> Void = { _ in }
  ) throws -> (PreparedDataset, PreparationReport) {
    var options = PreparationOptions(inputs: inputs, format: format, output: folder.path("out/\(format)"))
    options.negatives = 8
    change(&options)
    let report = try Preparation(options).run()
    return (try PreparedDataset(folder: options.output), report)
  }

  @Test func readsEveryFormatAlike() throws {
    let folder = try TemporaryFolder()
    let colons = ratings.map { "\($0.user)::\($0.item)::\($0.rating)::\($0.seconds)\n" }.joined()
    let reference = Contents(try prepare(folder, [folder.write("ratings.dat", colons.utf8)], .movielens).0)
    #expect(reference.test.count == 12 && reference.training.count == ratings.count - 12)

    let tabs = ratings.map { "\($0.user)\t\($0.item)\t\($0.rating)\t\($0.seconds)" }.joined(separator: "\n")
    #expect(Contents(try prepare(folder, [folder.write("u.data", tabs.utf8)], .movielens).0) == reference)

    let commas =
      "userId,movieId,rating,timestamp\r\n"
      + ratings.map { "\($0.user),\($0.item),\($0.rating).0,\($0.seconds)\r\n" }.joined()
    #expect(Contents(try prepare(folder, [folder.write("ratings.csv", commas.utf8)], .movielens).0) == reference)

    gzip(Array(commas.utf8), to: folder.path("ratings.csv.gz"))
    #expect(Contents(try prepare(folder, [folder.path("ratings.csv.gz")], .movielens).0) == reference)

    let columns =
      "when;score;\"the item\";who;note\n"
      + ratings.map { "\($0.date);\($0.rating);\($0.item);\"\($0.user)\";\"a;b\nc\"\n" }.joined()
    let csv = try prepare(folder, [folder.write("any.csv", columns.utf8)], .csv) {
      $0.columns = CSVColumns(user: "who", item: "the item", rating: "score", time: "when", delimiter: ";")
    }
    #expect(Contents(csv.0) == reference)

    let bare = ratings.map { "\($0.item)|\($0.user)|\($0.seconds)|\($0.rating)\n" }.joined()
    let numbered = try prepare(folder, [folder.write("bare.csv", bare.utf8)], .csv) {
      $0.columns = CSVColumns(user: "2", item: "1", rating: "4", time: "3", delimiter: "|", hasHeader: false)
    }
    #expect(Contents(numbered.0) == reference)
  }

  @Test func readsBothNetflixFormsAlike() throws {
    let folder = try TemporaryFolder()
    func block(_ item: Int) -> String {
      "\(item):\n" + ratings.filter { $0.item == item }.map { "\($0.user),\($0.rating),\($0.date)\n" }.joined()
    }
    let items = Set(ratings.map(\.item)).sorted()
    // One order of the file is one order of the ties.
    let sorted = items.flatMap { item in ratings.filter { $0.item == item } }
    let colons = sorted.map { "\($0.user)::\($0.item)::\($0.rating)::\($0.seconds)\n" }.joined()
    let reference = Contents(try prepare(folder, [folder.write("ratings.dat", colons.utf8)], .movielens).0)

    let half = items.count / 2
    let first = try folder.write("combined_data_1.txt", items[..<half].map(block).joined().utf8)
    let second = try folder.write("combined_data_2.txt", items[half...].map(block).joined().dropLast().utf8)
    #expect(Contents(try prepare(folder, [first, second], .netflix).0) == reference)
    #expect(Contents(try prepare(folder, [folder.path("")], .netflix).0) == reference)

    let movies = try TemporaryFolder()
    for item in items {
      try movies.write("mv_\(String(repeating: "0", count: 7 - "\(item)".count))\(item).txt", block(item).utf8)
    }
    let (data, report) = try prepare(folder, [movies.path("")], .netflix)
    #expect(Contents(data) == reference && report.summary.provenance.sources.count == items.count)
  }

  @Test func holdsOutWhatTheNCFFilesGive() throws {
    let folder = try TemporaryFolder()
    try folder.write("p.train.rating", "0\t1\t5\t10\n0\t2\t4\t11\n2\t0\t3\t12\n2\t3\t3\t9\n".utf8)
    try folder.write("p.test.rating", "2\t5\t1\t99\n0\t0\t2\t98\n".utf8)
    try folder.write("p.test.negative", "(2,5)\t1\t5\n(0,0)\t3\t4\n".utf8)
    try folder.write("ids.tsv", "5\tfive\n4\tfour\n3\tthree\n2\ttwo\n1\tone\n0\tzero\n6\tsix\n".utf8)
    try folder.write("items.csv", "id,title\nfive,The Fifth\n".utf8)
    let (data, _) = try prepare(folder, [folder.path("p")], .ncf) {
      $0.itemIDsFile = folder.path("ids.tsv")
      $0.itemsFile = folder.path("items.csv")
      $0.negatives = 2
    }
    #expect(data.summary.users == 3 && data.summary.items == 6 && data.summary.trainingInteractions == 4)
    #expect(
      Contents(data).test == [["2", "five"], ["0", "zero"]]
        && Contents(data).validation == [["0", "two"], ["2", "zero"]])
    #expect(negatives(data.testCases) == [[1, 5], [3, 4]])
    for (drawn, free) in zip(negatives(data.validationCases), [[3, 4, 5], [1, 2, 4]] as [Set<UInt32>]) {
      #expect(drawn.count == 2 && free.isSuperset(of: drawn))
    }
    #expect(
      data.title(of: Row(5)) == "The Fifth" && data.title(of: Row(0)) == nil && data.item(withID: "five") == Row(5))
    let rated = try #require(data.testRatings)
    #expect((0..<rated.count).map { rated.rating(at: $0) } == [1, 2])
  }

  private func negatives(_ cases: EvaluationCases) -> [[UInt32]] {
    (0..<cases.count).map { index in
      let span = cases.negatives(at: index)
      return span.indices.map { span[$0] }
    }
  }

  /// A rating model has an answer for a user of whom nothing was learnt; a ranking has none worth measuring.
  @Test func ratingsOfNewUsersAreMeasuredAndNotRanked() throws {
    let folder = try TemporaryFolder()
    var text = "4::1::2::1\n1::9::5::200\n"
    for item in 1...8 {
      if item < 8 { text += "1::\(item)::4::\(item)\n" }
      text += "2::\(item)::3::\(item)\n"
      if item < 5 { text += "3::\(item)::\(item)::\(100 + item)\n" }
    }
    let (data, _) = try prepare(folder, [folder.write("ratings.dat", text.utf8)], .movielens) {
      $0.split = .temporal(0.75)
      $0.negatives = 1
    }
    #expect(data.summary.usersWithoutTraining == 1)
    let rated = try #require(data.testRatings)
    let users = (0..<rated.count).map { data.id(ofUser: rated.user(at: $0)) }
    #expect(users == ["1", "3", "3", "3", "3"])
    #expect((0..<rated.count).map { rated.rating(at: $0) } == [5, 1, 2, 3, 4])
    #expect(Contents(data).test == [["1", "9"]])
  }

  @Test func drawsNegativesThatWereNeverSeen() throws {
    let folder = try TemporaryFolder()
    let text = ratings.map { "\($0.user)\t\($0.item)\t\($0.rating)\t\($0.seconds)\n" }.joined()
    let (data, _) = try prepare(folder, [folder.write("u.data", text.utf8)], .movielens)
    let seen = Dictionary(grouping: ratings, by: { "\($0.user)" }).mapValues { Set($0.map { "\($0.item)" }) }
    for cases in [data.testCases, data.validationCases] {
      for (index, rows) in negatives(cases).enumerated() {
        let items = rows.map { data.id(ofItem: Row(rawValue: $0)) }
        #expect(Set(items).count == 8)
        #expect(seen[data.id(ofUser: cases.user(at: index))]?.isDisjoint(with: items) == true)
      }
    }
    #expect(negatives(data.testCases) != negatives(data.validationCases))
  }

  @Test func trainsWithAndWithoutTheValidationItems() throws {
    let folder = try TemporaryFolder()
    let text = ratings.map { "\($0.user)\t\($0.item)\t\($0.rating)\t\($0.seconds)\n" }.joined()
    let (data, _) = try prepare(folder, [folder.write("u.data", text.utf8)], .movielens)
    let (whole, fitting) = (
      data.trainingMatrix(excludingValidation: false), data.trainingMatrix(excludingValidation: true)
    )
    let cases = data.validationCases
    var held = [Row: Row](uniqueKeysWithValues: (0..<cases.count).map { (cases.user(at: $0), cases.item(at: $0)) })
    for user in 0..<whole.users {
      let left = whole.range(of: Row(user)).filter { whole.item(at: $0) != held[Row(user)] }
      #expect(left.map { whole.item(at: $0) } == fitting.range(of: Row(user)).map { fitting.item(at: $0) })
      #expect(left.map { whole.rating(at: $0) } == fitting.range(of: Row(user)).map { fitting.rating(at: $0) })
      held[Row(user)] = nil
    }
    #expect(held.isEmpty && fitting.count == whole.count - 12)
  }

  @Test func isTheSameEveryTime() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "u.data", ratings.map { "\($0.user)\t\($0.item)\t\($0.rating)\t\($0.seconds)\n" }.joined().utf8)
    _ = try prepare(folder, [path], .movielens) { $0.output = folder.path("a") }
    _ = try prepare(folder, [path], .movielens) { $0.output = folder.path("b") }
    _ = try prepare(folder, [path], .movielens) { ($0.output, $0.seed) = (folder.path("c"), 2) }
    let first = try folder.read("a/data.neumf")
    #expect(try folder.read("b/data.neumf") == first)
    #expect(try folder.read("c/data.neumf") != first)
  }

  @Test func dropsUsersWithFewInteractions() throws {
    let folder = try TemporaryFolder()
    let text = (0..<30).map { "a\t\($0)\n" }.joined() + "b\t77\nb\t3\n" + (5..<12).map { "c\t\($0)\n" }.joined()
    let (data, _) = try prepare(folder, [folder.write("any.tsv", text.utf8)], .csv) {
      $0.columns = CSVColumns(user: "1", item: "2", delimiter: "\t", hasHeader: false)
      $0.minimumInteractions = 3
    }
    #expect(data.summary.users == 2 && data.summary.items == 30 && data.item(withID: "77") == nil)
    #expect(data.user(withID: "c") == Row(1) && data.user(withID: "b") == nil && data.testRatings == nil)
    #expect(!data.trainingMatrix(excludingValidation: false).hasRatings && data.summary.interactionsRead == 39)
  }

  @Test func takesFewerNegativesFromASmallCatalogue() throws {
    let folder = try TemporaryFolder()
    let text = (0..<20).flatMap { user in (0..<3).map { "\(user)::\((user + $0) % 20)::1::1\n" } }.joined()
    let path = try folder.write("ratings.dat", text.utf8)
    #expect(try prepare(folder, [path], .movielens) { $0.negatives = nil }.0.summary.testNegatives == 16)
    let error = #expect(throws: DatasetError.self) { try prepare(folder, [path], .movielens) { $0.negatives = 99 } }
    #expect(error?.kind == .unfit && error?.problem.contains("99") == true)
  }
}
