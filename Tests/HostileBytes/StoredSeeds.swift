import CoordinatorCore
import Datasets
import FoundationEssentials
import ModelStore
import Plan
import SectionFile
import TestSupport

/// Files of a few rows, cut into parts (see `StoredFiles`).
enum StoredSeeds {
  private static func plan(_ kind: ModelKind) -> TrainingPlan {
    var plan = TrainingPlan()
    plan.model = kind
    plan.factors = 1
    plan.layers = [2, 1]
    return plan
  }

  private static let size = ProblemSize(users: 2, items: 3, trainingInteractions: 4)

  static var checkpoints: [[UInt8]] {
    get throws {
      try ModelKind.allCases.map { kind in
        let folder = try TemporaryFolder()
        let header = CheckpointHeader(
          plan: plan(kind), size: size, dataFingerprint: "f", completedEpochs: 1, step: 2, optimizerStep: 3,
          wallSeconds: 4)
        let history = Array(try JSONEncoder().encode(JobHistory()))
        var writer = try CheckpointWriter(run: folder.path, header: header, history: history)
        for table in CheckpointTable.allCases {
          try writer.begin(table)
          let records = [UInt8](repeating: 1, count: header.rowCount(of: table) * header.recordByteCount(of: table))
          // Safety: bytes have no padding.
          try writer.append(unsafe records.span.bytes)
        }
        try writer.finish()
        return try parts(
          of: Checkpoints.path(in: folder.path, completedEpochs: 1, step: 2), kind: "neumf-checkpoint",
          names: StoredFiles.checkpointSections)
      }
    }
  }

  static var containers: [[UInt8]] {
    get throws {
      try [TextSeeds.stars, TextSeeds.halves, TextSeeds.unrated].map { text in
        let folder = try TemporaryFolder()
        let input = try folder.write("ratings.csv", text.utf8)
        var options = PreparationOptions(inputs: [input], format: .csv, output: folder.path)
        let hasRatings = !text.hasPrefix("user,item\n")
        options.columns = CSVColumns(
          user: "user", item: "item", rating: hasRatings ? "rating" : nil, time: hasRatings ? "time" : nil)
        options.negatives = 1
        _ = try Preparation(options).run()
        return try parts(
          of: folder.path(PreparedDataset.fileName), kind: "neumf-data", names: StoredFiles.containerSections)
      }
    }
  }

  private static func parts(of path: String, kind: String, names: [String]) throws -> [UInt8] {
    let file = try SectionFile(path: path, kind: kind, verify: true)
    let sections = try file.sections.map { name in
      guard let tag = names.firstIndex(of: name) else { preconditionFailure("a section \(name) that is not known") }
      // Safety: copied while the file is open.
      return (tag: UInt8(tag), bytes: unsafe Array(try file.section(name)))
    }
    return Parts.joined([(tag: StoredFiles.headerTag, bytes: file.header)] + sections)
  }

  static var models: [[UInt8]] {
    get throws {
      try ModelKind.allCases.flatMap { kind in
        let folder = try TemporaryFolder()
        let plan = plan(kind)
        let ratings = kind == .mf ? normalizer : nil
        let config = ModelConfig(
          plan: plan, size: size, data: ModelConfig.Source(path: "d", fingerprint: "f"), ratings: ratings?.scheme,
          epochs: 1)
        let width = plan.shape.rowWidth
        let model = StoredModel(
          config: config, userRows: [Float](repeating: 0.5, count: 2 * width),
          itemRows: [Float](repeating: 0.25, count: 3 * width),
          dense: [Float](repeating: 1, count: plan.shape.denseCount), ratings: ratings,
          users: try IDTable(["1", "a\tb"]), items: try IDTable(["7", "8", "ü"]),
          descriptions: [
            ItemDescription(title: "A (1995)", genres: ["Drama", "War"]), ItemDescription(),
            ItemDescription(title: #"C:\"#),
          ])
        try model.write(in: folder.path)
        var files = try StoredFiles.modelFiles.enumerated().map { tag, name in
          (tag: UInt8(tag), bytes: try folder.read("model/\(name)"))
        }
        let whole = Parts.joined(files)
        // Without a digest, other values are as good.
        let lines = String(decoding: files[0].bytes, as: UTF8.self).split(separator: "\n")
        files[0].bytes = Array(lines.filter { !$0.contains("digest") }.joined(separator: "\n").utf8)
        return [whole, Parts.joined(files)]
      }
    }
  }

  private static var normalizer: RatingNormalizer {
    RatingNormalizer(
      scheme: RatingScheme(
        normalization: .user, mean: 3, minimum: 1, maximum: 5, levels: [1, 2, 3, 4, 5], rounds: true),
      userMeans: [2, 3], itemMeans: [1, 2, 3], userRatings: [0, 4])
  }
}
