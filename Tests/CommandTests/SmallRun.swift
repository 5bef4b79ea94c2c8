import Datasets
import Foundation
import ModelStore
import Plan
import TestSupport

/// Prepared data of nine users and twelve films, and a run with a model of them.
struct SmallRun: ~Copyable {
  let folder: TemporaryFolder
  var data: String { folder.path("data") }
  var run: String { folder.path("run") }

  /// - Parameter diverged: whether the model's parameters are not numbers
  init(diverged: Bool = false) throws {
    let folder = try TemporaryFolder()
    let stream = RandomStream(seed: 6, .synthesis)
    var ratings = ""
    for user in 0..<9 {
      for item in 0..<12 where user == item || stream.index(below: 5, at: UInt64(user * 12 + item)) < 2 {
        ratings += "\(user + 1)::\(10 * item + 10)::4::\(1000 + item * 7 % 12)\n"
      }
      ratings += "\(user + 1)::\(10 * ((user + 5) % 12) + 10)::4::3000\n"
    }
    try folder.write("ratings.dat", ratings.utf8)
    let films = (0..<12).map { "\(10 * $0 + 10)::Film \($0), The (\(1990 + $0))::Drama|War\n" }.joined()
    try folder.write("movies.dat", films.utf8)
    var options = PreparationOptions(
      inputs: [folder.path("ratings.dat")], format: .movielens, output: folder.path("data"))
    options.itemsFile = folder.path("movies.dat")
    options.negatives = 3
    _ = try Preparation(options).run()
    let dataset = try PreparedDataset(folder: folder.path("data"))
    var plan = TrainingPlan()
    plan.factors = 3
    plan.layers = [8, 5, 2]
    func floats(_ count: Int, _ first: UInt64) -> [Float] {
      (0..<UInt64(count)).map { diverged ? .nan : Float(stream.normal(at: first + $0)) }
    }
    let size = dataset.summary.size
    try FileManager.default.createDirectory(atPath: folder.path("run"), withIntermediateDirectories: true)
    try StoredModel(
      config: ModelConfig(
        plan: plan, size: size,
        data: ModelConfig.Source(path: folder.path("data"), fingerprint: dataset.fingerprint), epochs: 1),
      userRows: floats(size.users * plan.shape.rowWidth, 10_000),
      itemRows: floats(size.items * plan.shape.rowWidth, 20_000), dense: floats(plan.shape.denseCount, 30_000),
      users: try IDTable((0..<size.users).map { dataset.id(ofUser: Row($0)) }),
      items: try IDTable((0..<size.items).map { dataset.id(ofItem: Row($0)) }),
      descriptions: (0..<size.items).map {
        ItemDescription(title: dataset.title(of: Row($0)) ?? "", genres: dataset.genres(of: Row($0)))
      }
    ).write(in: folder.path("run"))
    self.folder = folder
  }
}
