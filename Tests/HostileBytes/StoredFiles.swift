import CoordinatorCore
import Datasets
import FoundationEssentials
import Interactions
import ModelStore
import Plan
import SectionFile

/// Reads what the program itself writes: containers, checkpoints, models.
final class StoredFiles {
  enum Kind {
    case sections
    case checkpoint
    case container
    case model
  }

  private let kind: Kind
  private let files: [MemoryFile]
  private let place = Workplace(inMemory: false)

  /// The sections that an input's tags stand for; the last tag is the header's.
  package static let checkpointSections = ["history", "user", "item", "dense"]
  package static let containerSections =
    names(["training", "fitting"], ["offsets", "items", "codes", "ratings"]) + ["rating.levels"]
    + names(["test", "validation"], ["users", "items", "negatives"])
    + names(["test-ratings", "validation-ratings"], ["users", "items", "ratings"])
    + names(["user-ids", "item-ids", "titles", "genres"], ["offsets", "bytes", "order"])
  package static let headerTag: UInt8 = 0xFF
  package static let modelFiles = ["config.json", "model.safetensors", "users.tsv", "items.tsv"]

  private static func names(_ prefixes: [String], _ columns: [String]) -> [String] {
    prefixes.flatMap { prefix in columns.map { "\(prefix).\($0)" } }
  }

  init(_ kind: Kind) {
    self.kind = kind
    files = (0..<(kind == .model ? 4 : 1)).map { _ in MemoryFile() }
    switch kind {
    case .sections, .checkpoint: break
    case .container: files[0].link(at: place.path(PreparedDataset.fileName))
    case .model:
      let folder = place.path("model")
      do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
        preconditionFailure("no folder \(folder): \(error)")
      }
      for (file, name) in zip(files, Self.modelFiles) { file.link(at: place.path("model/\(name)")) }
    }
  }

  func feed(_ bytes: RawSpan) -> Verdict {
    switch kind {
    case .sections: feedSections(bytes)
    case .checkpoint: feedCheckpoint(Parts(bytes))
    case .container: feedContainer(Parts(bytes))
    case .model: feedModel(Parts(bytes))
    }
  }

  // MARK: files of sections

  private func feedSections(_ bytes: RawSpan) -> Verdict {
    // Safety: copied before the closure returns.
    let bytes = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    let asIs = readSections(bytes)
    return asIs == .value ? asIs : readSections(SectionImage.sealed(bytes))
  }

  private func readSections(_ bytes: [UInt8]) -> Verdict {
    files[0].hold(bytes)
    do throws(SectionFileError) {
      let file = try SectionFile(path: files[0].path, kind: "sections", verify: true)
      _ = file.contentHash
      for name in file.sections { _ = unsafe try file.values(of: name, as: UInt32.self) }
      return .value
    } catch {
      return .refused(error.description)
    }
  }

  private static func image(_ kind: String, _ names: [String], _ parts: Parts) -> [UInt8] {
    var sections: [(name: String, bytes: [UInt8])] = []
    var header: [UInt8] = []
    for part in parts.parts {
      if part.tag == headerTag {
        header = part.bytes
      } else {
        sections.append((names[Int(part.tag) % names.count], part.bytes))
      }
    }
    return SectionImage.make(kind: kind, sections: sections, header: header)
  }

  private func feedCheckpoint(_ parts: Parts) -> Verdict {
    files[0].hold(Self.image("neumf-checkpoint", Self.checkpointSections, parts))
    let checkpoint: Checkpoint
    do throws(ModelStoreError) { checkpoint = try Checkpoint(path: files[0].path) } catch {
      return .refused(error.description)
    }
    let placement = Placement(workers: 1, servers: 2)
    for table in CheckpointTable.allCases {
      _ = checkpoint.weights(of: table)
      for server in (0..<2).map({ ServerID($0) }) {
        let rows = table == .dense ? 1 : placement.rowCount(of: checkpoint.header.rowCount(of: table), on: server)
        _ = checkpoint.records(of: table, on: server, under: placement, places: 0..<rows)
      }
    }
    do {
      let history = try JSONDecoder().decode(JobHistory.self, from: Data(checkpoint.history))
      let topK = checkpoint.header.plan.topK
      if let contradiction = history.contradiction(topK: topK) { return .refused(contradiction) }
      _ = (history.best(topK: topK), history.staleEvaluations(topK: topK))
      return .value
    } catch is DecodingError {
      return .refused("the history is none")
    } catch { preconditionFailure("a history is refused without a name: \(error)") }
  }

  private func feedContainer(_ parts: Parts) -> Verdict {
    files[0].hold(Self.image("neumf-data", Self.containerSections, parts))
    do throws(DatasetError) {
      Self.use(try PreparedDataset(folder: place.path, verify: true))
      return .value
    } catch {
      return .refused(error.description)
    }
  }

  /// Reads everything that prepared data has, as the roles do.
  static func use(_ data: PreparedDataset) {
    let matrix = data.trainingMatrix(excludingValidation: false)
    for user in (0..<UInt32(matrix.users)).map(Row.init(rawValue:)) {
      _ = data.user(withID: data.id(ofUser: user))
      for index in matrix.range(of: user) {
        precondition(matrix.contains(user: user, item: matrix.item(at: index)), "\(user) has not its own item")
        _ = matrix.rating(at: index)
      }
    }
    for item in (0..<UInt32(matrix.items)).map(Row.init(rawValue:)) {
      _ = data.item(withID: data.id(ofItem: item))
      _ = (data.title(of: item), data.genres(of: item))
    }
    for cases in [data.testCases, data.validationCases] {
      for index in 0..<cases.count {
        _ = (cases.user(at: index), cases.item(at: index), cases.negatives(at: index).count)
      }
    }
    for rated in [data.testRatings, data.validationRatings] {
      if let rated { _ = rated.runsOfUsers(in: 0..<rated.count) }
    }
    _ = matrix.shardMap(into: 4)
    _ = data.trainingMatrix(excludingValidation: true).shardMap(into: 4)
  }

  // MARK: models

  private func feedModel(_ parts: Parts) -> Verdict {
    for file in files { file.hold([]) }
    for part in parts.parts { files[Int(part.tag) % files.count].hold(part.bytes) }
    do throws(ModelStoreError) {
      let model = try StoredModel(run: place.path)
      _ = model.digest
      for row in 0..<model.users.count {
        precondition(model.users.row(of: model.users.ids[row]) == row, "user \(row) is not found by its id")
      }
      return .value
    } catch {
      return .refused(error.description)
    }
  }
}
