import Foundation
import Interactions
import Plan
import TestSupport
import Testing

@testable import Datasets

@Suite struct SynthesisTests {
  private func options(
    _ folder: TemporaryFolder, _ format: SynthesisOptions.Format, name: String = "out", seed: UInt64 = 1
  ) -> SynthesisOptions {
    SynthesisOptions(users: 40, items: 60, interactions: 1000, seed: seed, format: format, output: folder.path(name))
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// User, item and rating of every interaction that a prepared data set has.
  private func interactions(_ data: PreparedDataset) throws -> Set<String> {
    var found = Set<String>()
    let matrix = data.trainingMatrix(excludingValidation: false)
    for user in 0..<matrix.users {
      for index in matrix.range(of: Row(user)) {
        found.insert(
          "\(data.id(ofUser: Row(user)))-\(data.id(ofItem: matrix.item(at: index)))-\(matrix.rating(at: index) ?? 0)")
      }
    }
    let test = try #require(data.testRatings)
    for index in 0..<test.count {
      found.insert(
        "\(data.id(ofUser: test.user(at: index)))-\(data.id(ofItem: test.item(at: index)))-\(test.rating(at: index))")
    }
    return found
  }

  @Test func isReadAsWhatItPretendsToBe() throws {
    let folder = try TemporaryFolder()
    var found: [Set<String>] = []
    for format in SynthesisOptions.Format.allCases {
      let files = try Synthesis(options(folder, format, name: format.rawValue)).run()
      let titles = try #require(files.last)
      let dataFormat = try #require(DatasetFormat(rawValue: format.rawValue))
      var preparation = PreparationOptions(
        inputs: Array(files.dropLast()), format: dataFormat, output: folder.path("data"))
      preparation.itemsFile = titles
      let summary = try Preparation(preparation).run().summary
      #expect(summary.users == 40 && summary.items == 60 && summary.interactionsRead == 1000 && summary.duplicates == 0)
      #expect(summary.titledItems == 60)
      found.append(try interactions(PreparedDataset(folder: folder.path("data"))))
    }
    #expect(found[0].count == 1000 && found[0] == found[1])
  }

  @Test func isTheSameForASeed() throws {
    let folder = try TemporaryFolder()
    for format in SynthesisOptions.Format.allCases {
      let first = try Synthesis(options(folder, format, name: "a")).run()
      let second = try Synthesis(options(folder, format, name: "b")).run()
      let other = try Synthesis(options(folder, format, name: "c", seed: 2)).run()
      for (left, right) in zip(first, second) { #expect(try bytes(left) == bytes(right)) }
      #expect(try bytes(first[0]) != bytes(other[0]))
    }
  }

  @Test func leavesNothingWhenItIsInterrupted() throws {
    let folder = try TemporaryFolder()
    for format in SynthesisOptions.Format.allCases {
      let error = #expect(throws: DatasetError.self) {
        _ = try Synthesis(options(folder, format)) { progress throws(DatasetError) in
          throw DatasetError(.interrupted, path: "", "stopped")
        }.run()
      }
      #expect(error?.kind == .interrupted)
      #expect(try folder.names == [])
    }
  }

  @Test(arguments: [
    ("--users", 0, 10, 10), ("--items", 10, 1, 10), ("--interactions", 10, 10, 9), ("--interactions", 10, 10, 101),
    ("--users", 100_000_001, 10, 200_000_000),
  ])
  func refusesNumbersThatNoDataHas(option: String, users: Int, items: Int, interactions: Int) {
    let options = SynthesisOptions(
      users: users, items: items, interactions: interactions, seed: 1, format: .movielens, output: "never")
    let error = #expect(throws: DatasetError.self) { _ = try Synthesis(options).run() }
    #expect(error?.kind == .unfit && error?.path == option)
  }

  @Test func writesDatesThatAreReadBack() {
    for day in stride(from: 0, to: 8192, by: 13) {
      let text = Array(SyntheticDate.text(daysSince2000: day).utf8)
      let time = FieldText.time(text.span)
      #expect(time == Int64(946_684_800 + day * 86_400))
    }
  }
}
