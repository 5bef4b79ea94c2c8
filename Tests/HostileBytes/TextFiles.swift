import Datasets
import Interactions

/// Prepares ratings that come as text. The files of an input stand one behind the other, with two bytes 0x1C between.
final class TextFiles {
  package static let separator: [UInt8] = [0x1C, 0x1C]

  private let format: DatasetFormat
  private let place = Workplace(inMemory: true)
  private let output: String
  private let ratings: [MemoryFile]
  private let items = MemoryFile()
  private let itemIDs = MemoryFile()

  init(_ format: DatasetFormat) {
    self.format = format
    ratings = (0..<(format == .ncf ? 3 : 1)).map { _ in MemoryFile() }
    if format == .ncf {
      for (file, name) in zip(ratings, ["train.rating", "test.rating", "test.negative"]) {
        file.link(at: place.path("small.\(name)"))
      }
    }
    output = place.path("output")
    _ = place.path("output/\(PreparedDataset.fileName)")
  }

  func feed(_ bytes: RawSpan) -> Verdict {
    // Safety: copied before the closure returns.
    let bytes = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    var parts = bytes.split(separator: Self.separator, maxSplits: 4, omittingEmptySubsequences: false).map(Array.init)
    for file in ratings { file.hold(parts.isEmpty ? [] : parts.removeFirst()) }
    var options = PreparationOptions(
      inputs: format == .ncf ? [place.path + "/small"] : [ratings[0].path], format: format, output: output)
    if let titles = parts.first {
      items.hold(titles)
      options.itemsFile = items.path
      if format == .ncf {
        itemIDs.hold(parts.count > 1 ? parts[1] : [])
        options.itemIDsFile = itemIDs.path
      }
    }
    if format == .csv {
      options.columns = CSVColumns(user: "user", item: "item", rating: "rating", time: "time")
    }
    // Any choice will do that depends on the input alone.
    options.skipsMalformed = bytes.count.isMultiple(of: 2)
    if format != .ncf { options.split = [.leaveOneOut, .temporal(0.8), .random(0.8)][bytes.count % 3] }
    do throws(DatasetError) {
      _ = try Preparation(options).run()
    } catch {
      return .refused(error.description)
    }
    do throws(DatasetError) { StoredFiles.use(try PreparedDataset(folder: output, verify: true)) } catch {
      preconditionFailure("what was prepared cannot be read: \(error)")
    }
    return .value
  }
}
