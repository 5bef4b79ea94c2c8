import FoundationEssentials
import Glibc

extension StoredModel {
  /// Writes RUN/model/ beside its place and puts it there whole, instead of one that may stand there.
  /// - Parameter run: the RUN directory, which exists
  package func write(in run: String) throws(ModelStoreError) {
    let folder = ModelFiles.folder(in: run)
    let partial = "\(folder).partial-\(getpid())"
    try Self.clearAway(in: run)
    try FileTree.make(folder: partial)
    do throws(ModelStoreError) {
      try writeFiles(partial)
      try FileTree.replace(folder, with: partial, previous: ModelFiles.previous(in: run))
    } catch {
      try FileTree.remove(folder: partial)
      throw error
    }
    try FileTree.synchronize(folder: run)
  }

  private func writeFiles(_ folder: String) throws(ModelStoreError) {
    var config = config
    config.digest = digest
    try Self.write(config, "\(folder)/\(ModelFiles.config)")
    let tensors = ModelTensor.all(
      of: shape, users: config.users, items: config.items, features: featureNames.count, ratings: ratings != nil)
    var file = try DurableFile(path: "\(folder)/\(ModelFiles.tensors)")
    try file.append(Safetensors.header(of: tensors))
    for tensor in tensors { try file.append(parameters.values(of: tensor)) }
    try file.finish()
    try TabbedTable.write(
      "\(folder)/\(ModelFiles.users)", heading: ModelFiles.userHeading, count: users.count
    ) { [users.ids[$0]] }
    try TabbedTable.write(
      "\(folder)/\(ModelFiles.items)", heading: ModelFiles.itemHeading, count: items.count
    ) { row in
      let item = descriptions[row]
      return [items.ids[row], item.title, item.genres.joined(separator: ModelFiles.genreSeparator)]
    }
    if !featureNames.isEmpty {
      try TabbedTable.write(
        "\(folder)/\(ModelFiles.features)", heading: ModelFiles.featureHeading, count: featureNames.count
      ) { [featureNames[$0]] }
    }
    try FileTree.synchronize(folder: folder)
  }

  private static func write(_ config: ModelConfig, _ path: String) throws(ModelStoreError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let json: Data
    do { json = try encoder.encode(config) } catch { preconditionFailure("a config cannot be encoded: \(error)") }
    var file = try DurableFile(path: path)
    try file.append(json)
    try file.append("\n".utf8)
    try file.finish()
  }

  /// Removes what writers left that are no more.
  private static func clearAway(in run: String) throws(ModelStoreError) {
    for name in try FileTree.names(in: run)
    where name.hasPrefix("model.partial-") && FileTree.isAbandoned(partial: name) {
      try FileTree.remove(folder: "\(run)/\(name)")
    }
  }
}
