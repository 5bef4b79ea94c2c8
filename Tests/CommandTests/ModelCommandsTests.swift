import ArgumentParser
import Datasets
import Foundation
import Interactions
import ModelStore
import Plan
import Ranking
import TestSupport
import Testing

@testable import neumf

@Suite struct ModelCommandsTests {
  private struct Listed: Decodable {
    let rank: Int
    let id: String
    let title: String
    let genres: [String]
    let score: Float
  }

  private struct Evaluated: Decodable {
    struct Measures: Decodable {
      let hitRatio: [String: Double]
      let ndcg: [String: Double]
    }
    let cases: Int
    let negatives: Int
    let sampled: Measures
    let full: Measures?
  }

  private func decoded<Value: Decodable>(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  /// What the command line would say of a command that must fail.
  private func failure<Value>(_ command: @autoclosure () throws -> Value) -> CommandFailure? {
    #expect(throws: (any Error).self) { try command() }.flatMap(CommandFailure.init)
  }

  @Test func recommendsWhatTheUserHasNotSeen() throws {
    let small = try SmallRun()
    let dataset = try PreparedDataset(folder: small.data)
    let user = try #require(dataset.user(withID: "3"))
    let matrix = dataset.trainingMatrix(excludingValidation: false)
    let seen = (0..<dataset.summary.items).filter { matrix.contains(user: user, item: Row($0)) }
    #expect(!seen.isEmpty)
    let listed: [Listed] = try decoded(
      RecommendCommand.parse(["--model", small.run, "--user", "3", "--top", "99", "--json"]).output())
    #expect(listed.count == dataset.summary.items - seen.count)
    #expect(Set(listed.map(\.id)).isDisjoint(with: seen.map { dataset.id(ofItem: Row($0)) }))
    #expect(listed.map(\.rank) == Array(1...listed.count))
    #expect(zip(listed, listed.dropFirst()).allSatisfy { $0.score >= $1.score })
    #expect(listed.first?.genres == ["Drama", "War"])
    let text = try RecommendCommand.parse(["--model", small.run, "--user", "3", "--top", "2"]).output()
    let lines = text.split(separator: "\n")
    #expect(lines.count == 4 && lines[1].contains("Title") && lines[2].contains(listed[0].id))
    #expect(lines[2].contains("The  ") && !lines[2].contains("(19"), "the year has a column of its own")
  }

  @Test func readsWhatAUserHasSeenFromWhereItIsNow() throws {
    let small = try SmallRun()
    let moved = small.folder.path("elsewhere")
    try FileManager.default.moveItem(atPath: small.data, toPath: moved)
    let failure = failure(try RecommendCommand.parse(["--model", small.run, "--user", "3"]).output())
    #expect(failure?.status == .missingInput && failure?.hint?.contains("--data") == true)
    #expect(try !RecommendCommand.parse(["--model", small.run, "--user", "3", "--data", moved]).output().isEmpty)
  }

  @Test func listsItemsAlike() throws {
    let small = try SmallRun()
    let listed: [Listed] = try decoded(
      SimilarCommand.parse(["--model", small.run, "--item", "30", "--top", "4", "--json"]).output())
    #expect(listed.count == 4 && !listed.contains { $0.id == "30" })
    #expect(listed.allSatisfy { abs($0.score) <= 1.0001 })
    let text = try SimilarCommand.parse(["--model", small.run, "--item", "30"]).output()
    #expect(text.hasPrefix("Items like Film 2, The (1992) (Drama, War)\n"))
  }

  @Test func recommendsFromTheBestClusters() throws {
    let small = try SmallRun()
    let all = ["--model", small.run, "--user", "3", "--top", "3", "--json"]
    let exact: [Listed] = try decoded(RecommendCommand.parse(all).output())
    let probed: [Listed] = try decoded(RecommendCommand.parse(all + ["--probe-clusters", "4"]).output())
    #expect(probed.map(\.id) == exact.map(\.id), "12 items are in 3 clusters, and all of them are looked into")
    let text = try RecommendCommand.parse(all.dropLast() + ["--probe-clusters", "1", "--item-clusters", "6"]).output()
    #expect(text.contains("scores for 12 items"))
    let evaluated = try EvaluateCommand.parse(
      ["--model", small.run, "--data", small.data, "--top-k", "3", "--probe-clusters", "9"]
    ).output()
    #expect(evaluated.contains("100.00 % of the exact top 3 of 9 users"))
    let many = failure(
      try RecommendCommand.parse(all + ["--probe-clusters", "2", "--item-clusters", "13"]).output())
    #expect(many?.status == .usage && many?.message.contains("13 clusters of 12 items") == true)
    let popularity = failure(
      try EvaluateCommand.parse(["--model", "popularity", "--data", small.data, "--probe-clusters", "2"]).output())
    #expect(popularity?.status == .usage)
  }

  @Test func groupsUsers() throws {
    struct Group: Decodable {
      let group: Int
      let users: [String]
      let items: [Listed]
    }
    let small = try SmallRun()
    let arguments = ["--model", small.run, "--clusters", "3", "--top", "4"]
    let groups: [Group] = try decoded(ClusterCommand.parse(arguments + ["--json"]).output())
    #expect(groups.flatMap(\.users).sorted() == (1...9).map(String.init))
    #expect(groups.count == 3 && groups.allSatisfy { $0.items.count == 4 })
    #expect(zip(groups, groups.dropFirst()).allSatisfy { $0.users.count >= $1.users.count })
    let text = try ClusterCommand.parse(arguments).output()
    #expect(text.hasPrefix("Group 1: \(groups[0].users.count) users, such as") && text.contains("Film"))
    let many = failure(try ClusterCommand.parse(["--model", small.run, "--clusters", "10"]).output())
    #expect(many?.status == .usage && many?.message.contains("10 groups of 9 users") == true)
  }

  @Test func evaluatesAModelAndPopularity() throws {
    let small = try SmallRun()
    let dataset = try PreparedDataset(folder: small.data)
    let model = try StoredModel(run: small.run).rankingModel
    let matrix = dataset.trainingMatrix(excludingValidation: false)
    let found: Evaluated = try decoded(
      EvaluateCommand.parse(["--model", small.run, "--data", small.data, "--top-k", "3", "--full", "--json"]).output())
    let sampled = try RankingEvaluation.sampled(dataset.testCases, topK: 3, threads: 1) { ModelScorer(model) }
    let full = try RankingEvaluation.full(dataset.testCases, seen: matrix, topK: 3, threads: 1) { ModelScorer(model) }
    #expect(found.cases == 9 && found.negatives == 3)
    for length in 1...3 {
      #expect(found.sampled.hitRatio["\(length)"] == sampled.hitRatio(at: length))
      #expect(found.sampled.ndcg["\(length)"] == sampled.ndcg(at: length))
      #expect(found.full?.hitRatio["\(length)"] == full.hitRatio(at: length))
    }
    let popular: Evaluated = try decoded(
      EvaluateCommand.parse(["--model", "popularity", "--data", small.data, "--top-k", "3", "--json"]).output())
    let expected = try RankingEvaluation.sampled(dataset.testCases, topK: 3, threads: 1) { PopularityScorer(matrix) }
    #expect(popular.full == nil && popular.sampled.hitRatio["3"] == expected.hitRatio(at: 3))
    let text = try EvaluateCommand.parse(["--model", small.run, "--data", small.data, "--top-k", "3"]).output()
    #expect(text.split(separator: "\n").count == 6 && text.contains("NDCG@K"))
  }

  @Test func givesTheSameFiguresOnAnyNumberOfThreads() throws {
    let small = try SmallRun()
    let outputs = try ["1", "2", "7"].map {
      try EvaluateCommand.parse(["--model", small.run, "--data", small.data, "--full", "--threads", $0]).output()
    }
    #expect(Set(outputs).count == 1)
  }

  @Test func namesWhatIsNotThere() throws {
    let small = try SmallRun()
    let user = failure(try RecommendCommand.parse(["--model", small.run, "--user", "12"]).output())
    #expect(user?.status == .badData && user?.hint == "user ids are numbers from 1 to 9; near it: 7, 8, 9")
    let item = failure(try SimilarCommand.parse(["--model", small.run, "--item", "44"]).output())
    #expect(item?.status == .badData && item?.hint?.contains("near it: 30, 40, 50") == true)
    let title = failure(try SimilarCommand.parse(["--model", small.run, "--item", "film 1"]).output())
    #expect(title?.hint?.contains("20 Film 1, The (1991)") == true)
    let run = failure(try SimilarCommand.parse(["--model", small.data, "--item", "10"]).output())
    #expect(run?.status == .missingInput && run?.message.contains("config.json") == true)
    let data = failure(try EvaluateCommand.parse(["--model", small.run, "--data", small.run]).output())
    #expect(data?.status == .missingInput)
    let other = try SmallRun()
    try FileManager.default.removeItem(atPath: other.folder.path("data/data.neumf"))
    var options = PreparationOptions(inputs: [other.folder.path("ratings.dat")], format: .movielens, output: other.data)
    options.minimumInteractions = 7
    options.negatives = 1
    _ = try Preparation(options).run()
    let mismatch = failure(try EvaluateCommand.parse(["--model", small.run, "--data", other.data]).output())
    #expect(mismatch?.status == .badData && mismatch?.hint?.contains(small.data) == true)
  }

  @Test func namesAUserWhoseScoresAreNoNumbers() throws {
    let small = try SmallRun(diverged: true)
    for command: any ParsableCommand in [
      try EvaluateCommand.parse(["--model", small.run, "--data", small.data]),
      try RecommendCommand.parse(["--model", small.run, "--user", "1"]),
      try SimilarCommand.parse(["--model", small.run, "--item", "10"]),
      try RecommendCommand.parse(["--model", small.run, "--user", "1", "--probe-clusters", "2"]),
      try ClusterCommand.parse(["--model", small.run, "--clusters", "2"]),
    ] {
      let failure = failure(
        try {
          var command = command
          try command.run()
        }())
      #expect(failure?.status == .badData && failure?.message.contains("not numbers") == true)
    }
  }

  @Test func refusesListsOfNoLength() {
    for arguments in [
      ["evaluate", "--model", "m", "--data", "d", "--top-k", "0"],
      ["recommend", "--model", "m", "--user", "1", "--top", "0"],
      ["recommend", "--model", "m", "--user", "1", "--probe-clusters", "0"],
      ["recommend", "--model", "m", "--user", "1", "--item-clusters", "5"],
      ["cluster", "--model", "m", "--clusters", "0"],
    ] {
      #expect(throws: (any Error).self) { try Neumf.parseAsRoot(arguments) }
    }
  }
}
