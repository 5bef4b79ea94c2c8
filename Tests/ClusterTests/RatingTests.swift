import Datasets
import Foundation
import Interactions
import Plan
import TestSupport
import Testing

/// Ratings, from the files to what a user is recommended.
@Suite struct RatingTests {
  let scratch: TemporaryFolder
  let data: String

  /// Users and items whose ratings follow from a factor each, on a scale of half stars; user 99 rates last of all.
  init() throws {
    scratch = try TemporaryFolder()
    let stream = RandomStream(seed: 12, .synthesis)
    var lines = ""
    for user in 0..<90 {
      for item in 0..<60 where stream.uniform(at: UInt64(user * 60 + item)) < 0.5 {
        let likes = user % 3 == item % 3 ? 1.5 : -0.75
        let stars = min(max(3 + likes + (user % 2 == 0 ? 0.5 : -0.5), 0.5), 5)
        lines += "\(user)::\(item)::\(stars)::\(100 + stream.index(below: 1000, at: UInt64(user * 60 + item)))\n"
      }
    }
    for item in 0..<20 { lines += "99::\(item)::4.0::5000\n" }
    let options = PreparationOptions(
      inputs: [try scratch.write("ratings.dat", lines.utf8)], format: .movielens, output: scratch.path("data"))
    data = options.output
    for split in [SplitRule.random(0.8), .temporal(0.8)] {
      var options = options
      options.split = split
      options.negatives = 5
      if split == .temporal(0.8) { options.output = scratch.path("later") }
      _ = try Preparation(options).run()
    }
  }

  private func train(_ run: String, on data: String, _ more: [String]) throws -> NeumfProcess.Result {
    try NeumfProcess.run(
      [
        "train", "--data", data, "--output", scratch.path(run), "--objective", "rating", "--epochs", "12",
        "--batch-size", "128", "--learning-rate", "0.02", "--averaging", "0", "--factors", "4", "--layers", "16,8",
        "--l2", "0.00005", "--initial-deviation", "0.1",
      ] + more, in: scratch)
  }

  @Test(arguments: ["mf", "gmf", "mlp", "neumf"]) func modelsPredictRatings(_ model: String) throws {
    let result = try train("run", on: data, ["--model", model, "--workers", "3", "--servers", "2"])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.output.contains("RMSE") && !result.output.contains("HR@"))
    let report = try DigestTests.report(of: scratch.path("run"))
    let last = try #require(report["last"] as? [String: Any])
    let rmse = try #require(last["rmse"] as? Double)
    #expect(rmse < 0.7, "the ratings deviate by 1.2 from their mean")
    #expect(try #require(last["r2"] as? Double) > 0.6)
    // What the workers measured together is what the stored model is worth.
    let evaluated = try NeumfProcess.run(
      ["evaluate", "--model", scratch.path("run"), "--data", data, "--json"], in: scratch)
    let found = try #require(
      try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any], "\(evaluated.errors)")
    #expect(found["rmse"] as? Double == rmse && found["mae"] as? Double == last["mae"] as? Double)
    let rounded = try NeumfProcess.run(
      ["evaluate", "--model", scratch.path("run"), "--data", data, "--round-ratings"], in: scratch)
    #expect(rounded.output.contains("within 1.75 to 5.0, rounded to the nearest rating"), "\(rounded.errors)")
    let liked = try NeumfProcess.run(["recommend", "--model", scratch.path("run"), "--user", "3"], in: scratch)
    #expect(liked.exitCode == 0 && liked.output.contains("Rating"), "\(liked.errors)")
    let alone = try train("alone", on: data, ["--model", model, "--workers", "1", "--servers", "1"])
    #expect(alone.digest == result.digest)
  }

  /// Nothing is learnt of user 99, whose ratings are the latest.
  @Test(arguments: ["none", "global", "user", "item"]) func newUsersGetTheMeansOfTheItems(_ mean: String) throws {
    let later = scratch.path("later")
    let result = try train("run", on: later, ["--model", "mf", "--normalization", mean, "--round-ratings"])
    #expect(result.exitCode == 0, "\(result.errors)")
    let prepared = try PreparedDataset(folder: later)
    let user = try #require(prepared.user(withID: "99"))
    let matrix = prepared.trainingMatrix(excludingValidation: false)
    #expect(matrix.range(of: user).isEmpty)
    let ratings = try #require(RatingNormalizer(matrix, plan: TrainingPlan()))
    let best = try #require(
      (0..<matrix.items).max { (ratings.itemMeans[$0], -$0) < (ratings.itemMeans[$1], -$1) })
    let liked = try NeumfProcess.run(
      ["recommend", "--model", scratch.path("run"), "--user", "99", "--top", "1", "--json"], in: scratch)
    let items = try #require(
      try JSONSerialization.jsonObject(with: Data(liked.output.utf8)) as? [[String: Any]], "\(liked.errors)")
    #expect(items.first?["id"] as? String == prepared.id(ofItem: Row(best)))
  }

  @Test func dataWithoutRatingsIsRefusedBeforeAnyWork() throws {
    let plain = scratch.path("plain")
    var options = PreparationOptions(
      inputs: [try scratch.write("pairs.csv", "user,item\n1,1\n1,2\n2,1\n2,3\n3,3\n3,1\n".utf8)], format: .csv,
      output: plain)
    options.columns = CSVColumns(user: "user", item: "item")
    options.negatives = 1
    _ = try Preparation(options).run()
    let result = try train("run", on: plain, [])
    #expect(result.exitCode == 64 && result.errors.contains("--objective rating"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    let negatives = try train("run", on: data, ["--negatives", "4"])
    #expect(negatives.exitCode == 64 && negatives.errors.contains("--negatives"), "\(negatives.errors)")
  }
}
