import Datasets
import Foundation
import Plan
import TestSupport

/// A small data set in the NCF form, prepared in a scratch folder: users of two tastes, so that a model can learn them.
struct SmallData {
  let folder: String

  init(in scratch: TemporaryFolder, users: Int = 200, items: Int = 150, described: Bool = false) throws {
    let stream = RandomStream(seed: 11, .synthesis)
    var training = ""
    var test = ""
    var negatives = ""
    for user in 0..<users {
      var known: [Int] = []
      var unknown: [Int] = []
      for item in 0..<items {
        let likes = item % 2 == user % 2 ? 0.25 : 0.04
        if stream.uniform(at: UInt64(user * items + item)) < likes { known.append(item) } else { unknown.append(item) }
      }
      guard let held = known.first(where: { $0 % 2 == user % 2 }), unknown.count >= 50 else { continue }
      for (place, item) in known.enumerated() where item != held {
        training += "\(user)\t\(item)\t5\t\(place)\n"
      }
      test += "\(user)\t\(held)\t5\t99\n"
      negatives += "(\(user),\(held))\t" + unknown.prefix(50).map(String.init).joined(separator: "\t") + "\n"
    }
    // Every item and user stands somewhere, so that the counts are those above.
    try Data(training.utf8).write(to: scratch.url.appendingPathComponent("small.train.rating"))
    try Data(test.utf8).write(to: scratch.url.appendingPathComponent("small.test.rating"))
    try Data(negatives.utf8).write(to: scratch.url.appendingPathComponent("small.test.negative"))
    folder = scratch.path("data")
    var options = PreparationOptions(inputs: [scratch.path("small")], format: .ncf, output: folder)
    if described {
      let ids = (0..<items).map { "\($0)\titem-\($0)\n" }.joined()
      let lines = (0..<items).map { "item-\($0),Title,\($0 % 2 == 0 ? "even" : "odd")|\($0 % 7),\($0)\n" }.joined()
      options.itemIDsFile = try scratch.write("item-ids.tsv", ids.utf8)
      options.itemsFile = try scratch.write("items.csv", ("id,title,kind,number\n" + lines).utf8)
      options.features = try FeatureField.list("kind:multi,number:number")
    }
    _ = try Preparation(options).run()
  }

  /// A job that takes a moment even on a fast machine.
  func trainArguments(_ output: String, workers: Int, servers: Int, epochs: Int = 3, _ more: [String] = []) -> [String]
  {
    [
      "train", "--data", folder, "--output", output, "--workers", "\(workers)", "--servers", "\(servers)", "--epochs",
      "\(epochs)", "--batch-size", "200", "--factors", "4", "--layers", "16,8", "--learning-rate", "0.01",
    ] + more
  }
}
