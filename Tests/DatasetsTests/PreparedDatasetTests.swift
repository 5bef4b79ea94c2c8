import Interactions
import Plan
import SectionFile
import TestSupport
import Testing

@testable import Datasets

@Suite struct PreparedDatasetTests {
  /// A small container with ratings and titles.
  private func container(_ folder: TemporaryFolder) throws -> [UInt8] {
    let lines = (0..<6).flatMap { user in (0..<5).map { "\(user)::\((user * 3 + $0 * 2) % 11)::\($0 % 3 + 1)::\($0)\n" }
    }
    let items = (0..<11).map { "\($0)::Title \($0) (199\($0 % 10))::Drama|Sci-Fi\n" }
    var options = PreparationOptions(
      inputs: [try folder.write("ratings.dat", lines.joined().utf8)], format: .movielens, output: folder.path("data"))
    options.itemsFile = try folder.write("movies.dat", items.joined().utf8)
    options.negatives = 3
    _ = try Preparation(options).run()
    return try folder.read("data/data.neumf")
  }

  @Test func opensWhatWasPrepared() throws {
    let folder = try TemporaryFolder()
    _ = try container(folder)
    for verify in [true, false] {
      let data = try PreparedDataset(folder: folder.path("data"), verify: verify)
      #expect(data.summary.size == ProblemSize(users: 6, items: 11, trainingInteractions: 24))
      #expect(data.summary.ratingScale == RatingScale(minimum: 1, maximum: 3) && data.summary.titledItems == 11)
      #expect(data.testCases.count == 6 && data.validationCases.count == 6 && data.testRatings?.count == 6)
      for item in 0..<11 {
        let row = try #require(data.item(withID: "\(item)"))
        #expect(data.id(ofItem: row) == "\(item)" && data.title(of: row) == "Title \(item) (199\(item % 10))")
        #expect(data.genres(of: row) == ["Drama", "Sci-Fi"])
      }
      for user in 0..<6 { #expect(data.user(withID: "\(user)") == Row(user)) }
      for absent in ["6", "", "00", "zz"] { #expect(data.user(withID: absent) == nil) }
    }
  }

  @Test func namesEveryFlippedByteOrReadsTheSame() throws {
    let folder = try TemporaryFolder()
    let whole = try container(folder)
    for index in stride(from: 0, to: whole.count, by: 7) {
      var bytes = whole
      bytes[index] ^= 0x10
      try folder.write("data/data.neumf", bytes)
      do {
        let data = try PreparedDataset(folder: folder.path("data"))
        #expect(data.summary.size == ProblemSize(users: 6, items: 11, trainingInteractions: 24))
      } catch {
        #expect(error.kind == .malformed && error.hint != nil, "byte \(index): \(error)")
      }
    }
  }

  /// Bytes that pass no checksum, opened without looking at them, must not crash either.
  @Test func survivesDamageThatIsNotLookedFor() throws {
    let folder = try TemporaryFolder()
    let whole = try container(folder)
    var opened = 0
    for index in stride(from: 64, to: whole.count, by: 5) {
      var bytes = whole
      bytes[index] ^= 0xFF
      try folder.write("data/data.neumf", bytes)
      do {
        let data = try PreparedDataset(folder: folder.path("data"), verify: false)
        for item in 0..<11 { _ = data.title(of: Row(item)) }
        for user in 0..<6 { _ = data.user(withID: data.id(ofUser: Row(user))) }
        opened += 1
      } catch { #expect(error.kind == .malformed) }
    }
    #expect(opened > 0)
  }

  @Test func namesTruncationAndAbsence() throws {
    let folder = try TemporaryFolder()
    let whole = try container(folder)
    for count in stride(from: 0, to: whole.count, by: 97) {
      try folder.write("data/data.neumf", whole.prefix(count))
      let error = #expect(throws: DatasetError.self) { _ = try PreparedDataset(folder: folder.path("data")) }
      #expect(error?.problem.hasPrefix("truncated") == true)
    }
    let absent = #expect(throws: DatasetError.self) { _ = try PreparedDataset(folder: folder.path("absent")) }
    #expect(absent?.kind == .missing && absent?.path == folder.path("absent/data.neumf"))
  }

  @Test(arguments: [
    #"{"users":-1"#, "[]", "", #"{"users":6}"#, "\u{1}\u{2}",
  ]) func refusesAHeaderThatLies(header: String) throws {
    try refuses { _ in header }
  }

  @Test(arguments: [
    (#""items":11"#, #""items":-11"#), (#""items":11"#, #""items":4000000000"#), (#""users":6"#, #""users":7"#),
    (#""testNegatives":3"#, #""testNegatives":-3"#), (#""testNegatives":3"#, #""testNegatives":9223372036854775807"#),
    (#""trainingInteractions":24"#, #""trainingInteractions":25"#), (#""testCases":6"#, #""testCases":"six""#),
  ]) func refusesNumbersThatLie(number: String, lie: String) throws {
    try refuses { header in
      #expect(header.contains(number))
      return header.replacing(number, with: lie)
    }
  }

  /// Writes the container again with another header, and expects it to be refused.
  private func refuses(_ change: (String) -> String) throws {
    let folder = try TemporaryFolder()
    _ = try container(folder)
    let path = folder.path("data/data.neumf")
    let file = try SectionFile(path: path, kind: DatasetSections.kind, verify: true)
    var writer = try SectionFileWriter(path: path, kind: DatasetSections.kind)
    for name in file.sections {
      let bytes = unsafe try file.values(of: name, as: UInt8.self)
      try writer.write(section: name, unsafe Array(bytes).span)
    }
    try writer.finish(header: Array(change(String(decoding: file.header, as: UTF8.self)).utf8))
    let error = #expect(throws: DatasetError.self) { _ = try PreparedDataset(folder: folder.path("data")) }
    #expect(error?.kind == .malformed && error?.path == path)
  }
}
