import Datasets
import Foundation
import Interactions
import Plan
import TestSupport
import Testing

/// Items with features, from the files to what is said of an item that nobody met.
@Suite(.serialized) struct FeatureTests {
  let scratch: TemporaryFolder
  let data: String

  /// Users like one of three kinds of films; every film is of one kind, which only the file of films says. The last
  /// films are rated by nobody, and the first by few.
  init() throws {
    scratch = try TemporaryFolder()
    let stream = RandomStream(seed: 12, .synthesis)
    var lines = ""
    for user in 0..<120 {
      for item in 0..<90 where stream.uniform(at: UInt64(user * 90 + item)) < (item < 60 ? 0.04 : 0.4) {
        lines += "\(user)::\(item)::\(user % 3 == item % 3 ? 5 : 2)::\(item)\n"
      }
    }
    let kinds = ["Drama", "War", "Comedy"]
    let films = (0..<99).map { "\($0)::Film \($0) (\(1950 + $0))::\(kinds[$0 % 3])\n" }.joined()
    var options = PreparationOptions(
      inputs: [try scratch.write("ratings.dat", lines.utf8)], format: .movielens, output: scratch.path("data"))
    options.itemsFile = try scratch.write("movies.dat", films.utf8)
    options.features = try FeatureField.list("genres:multi,year:number")
    options.coldItems = true
    options.split = .random(0.8)
    options.negatives = 5
    data = options.output
    _ = try Preparation(options).run()
  }

  private func train(_ run: String, _ more: [String]) throws -> NeumfProcess.Result {
    try NeumfProcess.run(
      [
        "train", "--data", data, "--output", scratch.path(run), "--objective", "rating", "--epochs", "15",
        "--batch-size", "128", "--learning-rate", "0.02", "--factors", "4", "--layers", "16,8", "--l2", "0.001",
      ] + more, in: scratch)
  }

  private func rmse(_ run: String) throws -> Double {
    let last = try #require(try DigestTests.report(of: scratch.path(run))["last"] as? [String: Any])
    return try #require(last["rmse"] as? Double)
  }

  @Test(arguments: ["mf", "gmf", "mlp", "neumf"]) func featuresTellWhatRatingsCannot(_ model: String) throws {
    let described = try train("described", ["--model", model, "--workers", "3", "--servers", "2"])
    #expect(described.exitCode == 0, "\(described.errors)")
    #expect(described.output.contains("features of items"))
    let alone = try train("alone", ["--model", model, "--workers", "1", "--servers", "1"])
    #expect(alone.digest == described.digest)
    let plain = try train("plain", ["--model", model, "--features", "none"])
    #expect(plain.exitCode == 0 && plain.digest != described.digest, "\(plain.errors)")
    #expect(try rmse("described") < 0.8 * rmse("plain"), "most films have few ratings, and three kinds are learnt soon")
    // What the workers measured together is what the stored model is worth.
    let evaluated = try NeumfProcess.run(
      ["evaluate", "--model", scratch.path("described"), "--data", data, "--json"], in: scratch)
    let found = try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any]
    #expect(try found?["rmse"] as? Double == rmse("described"), "\(evaluated.errors)")
    try coldItemsAreScored("described")
  }

  /// Films 90 to 98 are known by their kinds alone: a user of the first kind likes every third of them.
  private func coldItemsAreScored(_ run: String) throws {
    let listed = try NeumfProcess.run(
      ["recommend", "--model", scratch.path(run), "--user", "3", "--top", "99", "--json"], in: scratch)
    let items = try #require(
      try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [[String: Any]], "\(listed.errors)")
    let cold = items.compactMap { $0["id"] as? String }.filter { Int($0).map { $0 >= 90 } ?? false }
    #expect(cold.count == 9 && Set(cold.prefix(3)) == ["90", "93", "96"], "\(cold)")
  }

  @Test func pretrainedModelsBringTheirFeatures() throws {
    let result = try train("whole", ["--pretrain", "--pretrain-epochs", "10", "--epochs", "2"])
    #expect(result.exitCode == 0, "\(result.errors)")
    let other = try train(
      "other", ["--pretrain", "--pretrain-epochs", "10", "--epochs", "2", "--workers", "3", "--servers", "3"])
    #expect(other.digest == result.digest)
    let mixed = try train(
      "mixed",
      [
        "--pretrained-gmf", scratch.path("whole/pretraining/gmf"), "--pretrained-mlp",
        scratch.path("whole/pretraining/mlp"), "--features", "genres",
      ])
    #expect(mixed.exitCode == 64 && mixed.errors.contains("other features"), "\(mixed.errors)")
  }

  @Test func aRunGoesOnWithItsFeatures() throws {
    let reference = try train("reference", ["--features", "genres"])
    _ = try train("run", ["--features", "genres", "--epochs", "6"])
    let resumed = try NeumfProcess.run(
      ["train", "--data", data, "--resume", scratch.path("run"), "--epochs", "15", "--servers", "2"], in: scratch)
    #expect(resumed.exitCode == 0 && resumed.digest == reference.digest, "\(resumed.errors)")
    let changed = try NeumfProcess.run(
      ["train", "--data", data, "--resume", scratch.path("run"), "--epochs", "16", "--features", "all"], in: scratch)
    #expect(changed.exitCode == 64, "\(changed.errors)")
  }

  @Test func unknownFeaturesAreRefusedBeforeAnyWork() throws {
    let result = try train("run", ["--features", "genres,studio"])
    #expect(result.exitCode == 64 && result.errors.contains("studio"), "\(result.errors)")
    #expect(result.errors.contains("genres, year"))
    #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
  }

  @Test func preparesByCommand() throws {
    let arguments = [
      "prepare", scratch.path("ratings.dat"), "--format", "movielens", "--items", scratch.path("movies.dat"),
      "--output", scratch.path("again"), "--features",
    ]
    let result = try NeumfProcess.run(
      arguments + ["genres:multi", "--cold-items", "--minimum-rating", "3", "--split", "random:0.8"], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    for text in ["feature genres: 3 values", "without interactions", "with a lower rating"] {
      #expect(result.output.contains(text), "\(result.output)")
    }
    let wrong = try NeumfProcess.run(arguments + ["genres:several"], in: scratch)
    #expect(wrong.exitCode == 64 && wrong.errors.contains("multi, words, category, number"), "\(wrong.errors)")
  }
}
