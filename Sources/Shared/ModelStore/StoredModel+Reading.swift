import FoundationEssentials
import Plan
import SectionFile

extension StoredModel {
  /// Reads RUN/model/ and checks that its files fit together.
  package init(run: String) throws(ModelStoreError) {
    let folder = FileTree.standing(ModelFiles.folder(in: run), previous: ModelFiles.previous(in: run))
    let config = try Self.config(folder)
    let shape = config.shape
    let tensors = ModelTensor.all(
      of: shape, users: config.users, items: config.items, features: config.features ?? 0,
      ratings: config.ratings != nil)
    let file = try SafetensorsFile(path: "\(folder)/\(ModelFiles.tensors)", holding: tensors)
    var parameters = CanonicalParameters(
      rowWidth: shape.rowWidth, userRows: [Float](repeating: 0, count: config.users * shape.rowWidth),
      itemRows: [Float](repeating: 0, count: config.items * shape.rowWidth),
      featureRows: [Float](repeating: 0, count: (config.features ?? 0) * shape.rowWidth),
      dense: [Float](repeating: 0, count: shape.denseCount))
    for tensor in tensors { parameters.place(file.values(of: tensor).span, of: tensor) }
    let users = try TabbedTable.read(
      "\(folder)/\(ModelFiles.users)", heading: ModelFiles.userHeading, count: config.users)
    let items = try TabbedTable.read(
      "\(folder)/\(ModelFiles.items)", heading: ModelFiles.itemHeading, count: config.items)
    let features = try config.features.map { count throws(ModelStoreError) in
      try TabbedTable.read("\(folder)/\(ModelFiles.features)", heading: ModelFiles.featureHeading, count: count)
    }
    self.init(
      config: config, userRows: parameters.userRows, itemRows: parameters.itemRows,
      featureRows: parameters.featureRows, featureNames: (features ?? []).map { $0[0] }, dense: parameters.dense,
      ratings: config.ratings.map {
        RatingNormalizer(
          scheme: $0, userMeans: parameters.userMeans, itemMeans: parameters.itemMeans,
          userRatings: parameters.userRatings)
      },
      users: try Self.ids(users, "\(folder)/\(ModelFiles.users)"),
      items: try Self.ids(items, "\(folder)/\(ModelFiles.items)"),
      descriptions: items.map {
        ItemDescription(
          title: $0[1], genres: $0[2].split(separator: ModelFiles.genreSeparator).map(String.init))
      })
    if let expected = config.digest, expected != digest {
      throw ModelStoreError(
        .damaged, path: "\(folder)/\(ModelFiles.tensors)",
        "its values are not those that config.json has the digest of",
        hint: "if they were changed on purpose, remove \"digest\" from config.json")
    }
  }

  private static func config(_ folder: String) throws(ModelStoreError) -> ModelConfig {
    let path = "\(folder)/\(ModelFiles.config)"
    let map = try FileTree.map(path, hint: "`neumf train` writes a model when it is done")
    // Limit: some hundred bytes, and a few for each layer.
    guard map.byteCount <= 1 << 20 else {
      throw ModelStoreError(.damaged, path: path, "\(map.byteCount) bytes, too many for a config")
    }
    let config: ModelConfig
    // Safety: copied while the map lives.
    do { config = try JSONDecoder().decode(ModelConfig.self, from: unsafe Data(map.memory)) } catch {
      throw ModelStoreError(.damaged, path: path, "not a model's config: \(Self.reason(error))")
    }
    guard config.formatVersion == ModelConfig.currentVersion else {
      throw ModelStoreError(
        .damaged, path: path, "format \(config.formatVersion); this program reads format \(ModelConfig.currentVersion)")
    }
    if let contradiction = config.contradiction { throw ModelStoreError(.damaged, path: path, contradiction) }
    return config
  }

  /// What a decoding error says to a person.
  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _): "no field \"\(key.stringValue)\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? context.debugDescription
        : "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\": \(context.debugDescription)"
    case .none: "\(error)"
    @unknown default: "\(error)"
    }
  }

  private static func ids(_ rows: [[String]], _ path: String) throws(ModelStoreError) -> IDTable {
    do throws(DuplicateID) { return try IDTable(rows.map { $0[0] }) } catch {
      throw ModelStoreError(.damaged, path: path, line: error.row + 2, "\(error)")
    }
  }
}
