import Interactions
import TestSupport
import Testing

@testable import Datasets

@Suite struct PreparationErrorTests {
  private struct Case: Sendable {
    let format: DatasetFormat
    let text: String
    let kind: DatasetError.Kind
    let line: Int?
    let says: String
    init(_ format: DatasetFormat, _ text: String, _ kind: DatasetError.Kind = .malformed, line: Int?, _ says: String) {
      (self.format, self.text, self.kind, self.line, self.says) = (format, text, kind, line, says)
    }
  }

  private static let cases = [
    Case(.movielens, "", line: nil, "an empty file"),
    Case(.movielens, "1::2::3::4\n\u{0}\u{1}", line: nil, "a binary file, where lines of text were expected"),
    Case(
      .movielens, "1::2::3::4\n5::6\n", line: 2,
      "expected 4 fields (UserID::MovieID::Rating::Timestamp), found \"5::6\""),
    Case(
      .movielens, "1::2::x::4\n", line: 1,
      "expected a rating in field 3 (UserID::MovieID::Rating::Timestamp), found \"x\""),
    Case(.movielens, "1::2::3::\n", line: 1, "expected a time in field 4"),
    Case(.movielens, "::2::3::4\n", line: 1, "expected a user in field 1"),
    Case(.movielens, "1::::3::4\n", line: 1, "expected an item in field 2"),
    Case(.movielens, "1 2 3 4\n", line: 1, "expected user, item, rating and timestamp between ::, tabs or commas"),
    Case(
      .movielens, "userId,movieId,rating,timestamp\n1,2,3\n", line: 2,
      "expected 4 fields (userId,movieId,rating,timestamp)"),
    Case(.movielens, "userId,movieId,rating,timestamp\n", line: nil, "no interactions in it"),
    Case(.movielens, "1::2::3::4\n", .unfit, line: nil, "leaves no user to test on"),
    Case(.netflix, "1:\n2,3\n", line: 2, "expected CustomerID,Rating,YYYY-MM-DD or MovieID:, found \"2,3\""),
    Case(.netflix, "2,3,2005-01-01\n", line: 1, "expected MovieID: before the first rating"),
    Case(.netflix, "x:\n", line: 1, "expected MovieID:, found \"x:\""),
    Case(.netflix, "1:\n2,3,2005-13-01\n", line: 2, "expected CustomerID,Rating,YYYY-MM-DD"),
    Case(.csv, "a,b\n1,2\n", .unfit, line: 1, "no column \"user\" (--user-column)"),
    Case(.csv, "user,item\n1,2\n3,\"4\n", line: 3, "expected a closing quote"),
    Case(.csv, "user,item\n1,2,3\n", line: 2, "expected 2 fields"),
  ]

  @Test(arguments: cases.indices)
  func saysWhatIsWrongAndWhere(index: Int) throws {
    let expected = Self.cases[index]
    let folder = try TemporaryFolder()
    let path = try folder.write("input", expected.text.utf8)
    var options = PreparationOptions(inputs: [path], format: expected.format, output: folder.path("deep/out"))
    options.columns = CSVColumns(user: "user", item: "item")
    let error = #expect(throws: DatasetError.self) { _ = try Preparation(options).run() }
    #expect(error?.path == path && error?.kind == expected.kind && error?.line == expected.line)
    #expect(error?.problem.contains(expected.says) == true, "\(error?.problem ?? "")")
    #expect(try folder.names == ["input"], "something half-made is left")
  }

  /// One line used to make tables of a hundred million rows.
  @Test func namesRowsThatNoFileFills() throws {
    let folder = try TemporaryFolder()
    try folder.write("p.train.rating", "0\t134217727\t5\t1\n0\t1\t3\t2\n".utf8)
    try folder.write("p.test.rating", "0\t2\t4\t3\n".utf8)
    try folder.write("p.test.negative", "(0,2)\t3\n".utf8)
    let options = PreparationOptions(inputs: [folder.path("p")], format: .ncf, output: folder.path("out"))
    let error = #expect(throws: DatasetError.self) { _ = try Preparation(options).run() }
    #expect(error?.kind == .malformed && error?.problem.contains("134217728 items") == true)
  }

  @Test func countsMalformedLinesOnRequest() throws {
    let folder = try TemporaryFolder()
    let good = (1...12).map { "1::\($0)::5::\($0)\n2::\($0 + 3)::4::\($0)\n" }
    let path = try folder.write("ratings.dat", (good.joined(separator: "bad\n\n::1::2::3\n") + "1::2").utf8)
    var options = PreparationOptions(inputs: [path], format: .movielens, output: folder.path("out"))
    (options.skipsMalformed, options.negatives) = (true, 1)
    let report = try Preparation(options).run()
    #expect(report.malformed.count == 23 && report.malformed.first.map(\.line) == [3, 5, 8, 10, 13])
    #expect(report.summary.malformedLines == 23 && report.summary.interactionsRead == 24 && report.summary.users == 2)
  }

  @Test func namesMissingFiles() throws {
    let folder = try TemporaryFolder()
    for (format, name) in [(DatasetFormat.movielens, "absent"), (.ncf, "absent.train.rating"), (.netflix, "absent")] {
      let options = PreparationOptions(inputs: [folder.path("absent")], format: format, output: folder.path("out"))
      let error = #expect(throws: DatasetError.self) { _ = try Preparation(options).run() }
      #expect(error?.kind == .missing && error?.path == folder.path(name))
    }
    let options = PreparationOptions(inputs: [folder.path("")], format: .netflix, output: folder.path("out"))
    let error = #expect(throws: DatasetError.self) { _ = try Preparation(options).run() }
    #expect(error?.problem == "no combined_data_*.txt or mv_*.txt in it")
  }

  @Test(
    arguments: [
      ("p.test.negative", "(0,1)\t2\n(1,1)\t3\n", 2, "expected (1,2), as in test.rating"),
      ("p.test.negative", "(0,1)\t2\n(1,2)\t3\t4\n", 2, "the same number of items on every line"),
      ("p.test.negative", "(0,1)\t2\n", nil, "1 lines, but the test has 2 cases"),
      ("p.test.negative", "(0,1)\t2\n(1,2)\tx\n", 2, "expected an item in field 2"),
      ("p.test.rating", "0\t1\n1\n", 2, "expected 2 fields"),
      ("p.train.rating", "0\t1\tx\t3\n", 1, "expected a rating in field 3"),
      ("p.train.rating", "0\t134217728\t1\t3\n", 1, "expected an item in field 2"),
      ("p.train.rating", "0\n", 1, "between tabs"),
    ] as [(String, String, Int?, String)])
  func saysWhatIsWrongWithNCFFiles(name: String, text: String, line: Int?, says: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("p.train.rating", "0\t0\t5\t1\n1\t0\t5\t2\n".utf8)
    try folder.write("p.test.rating", "0\t1\n1\t2\n".utf8)
    try folder.write("p.test.negative", "(0,1)\t2\n(1,2)\t1\n".utf8)
    try folder.write(name, text.utf8)
    let options = PreparationOptions(inputs: [folder.path("p")], format: .ncf, output: folder.path("out"))
    let error = #expect(throws: DatasetError.self) { _ = try Preparation(options).run() }
    #expect(
      error?.path == folder.path(name) && error?.line == line && error?.problem.contains(says) == true,
      "\(error?.problem ?? "")")
  }

  @Test func refusesContradictions() throws {
    let good = PreparationOptions(inputs: ["x"], format: .movielens, output: "out")
    let contradictions: [(String, (inout PreparationOptions) -> Void)] = [
      ("INPUT", { $0.inputs = [] }), ("--negatives", { $0.negatives = 0 }),
      ("--min-interactions", { $0.minimumInteractions = -1 }),
      ("--split", { $0.split = .given }), ("--item-ids", { $0.itemIDsFile = "x" }),
      ("--split", { ($0.format, $0.split) = (.ncf, .leaveOneOut) }),
      ("INPUT", { ($0.format, $0.inputs) = (.ncf, ["a", "b"]) }),
      ("--min-interactions", { ($0.format, $0.minimumInteractions) = (.ncf, 5) }),
      ("--items", { ($0.format, $0.itemsFile) = (.ncf, "x") }), ("--user-column, --item-column", { $0.format = .csv }),
      ("--delimiter", { $0.columns = CSVColumns(user: "a", item: "b", delimiter: "") }),
    ]
    #expect(throws: Never.self) { try good.validate() }
    for (option, change) in contradictions {
      var options = good
      change(&options)
      let error = #expect(throws: DatasetError.self) { try options.validate() }
      #expect(error?.path == option && error?.kind == .unfit && error?.hint != nil)
    }
  }

  @Test func leavesNothingWhenItIsInterrupted() throws {
    let folder = try TemporaryFolder()
    let text = (1...12).map { "1::\($0)::5::\($0)\n2::\($0 + 3)::4::\($0)\n" }.joined()
    let path = try folder.write("ratings.dat", text.utf8)
    for stage in [PreparationProgress.reading(done: 0, total: 0), .ordering(interactions: 0), .writing] {
      let options = PreparationOptions(inputs: [path], format: .movielens, output: folder.path("out"))
      let error = #expect(throws: DatasetError.self) {
        _ = try Preparation(options) { progress throws(DatasetError) in
          switch (progress, stage) {
          case (.reading, .reading), (.ordering, .ordering), (.writing, .writing):
            throw DatasetError(.interrupted, path: path, "stopped")
          default: break
          }
        }.run()
      }
      #expect(error?.kind == .interrupted)
      #expect(try folder.names == ["ratings.dat"])
    }
  }

  @Test func namesAnOutputThatCannotBeMade() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("ratings.dat", "1::2::3::4\n1::3::3::4\n".utf8)
    let options = PreparationOptions(inputs: [path], format: .movielens, output: folder.path("ratings.dat/out"))
    let error = #expect(throws: DatasetError.self) { _ = try Preparation(options).run() }
    #expect(error?.kind == .unwritable)
  }
}
