import FoundationEssentials
import Interactions
import SectionFile

/// Writes the sections of a prepared container.
struct DatasetWriter: ~Copyable {
  private var file: SectionFileWriter

  init(path: String) throws(SectionFileError) {
    file = try SectionFileWriter(path: path, kind: DatasetSections.kind)
  }

  /// Writes the training part of every history, whose items must ascend.
  /// - Parameter omitting: the item of each user that stays out, where there is one: `[users]`
  mutating func writeMatrix(
    _ names: DatasetSections.Matrix, _ histories: borrowing UserHistories, counts: [Int], omitting: [UInt32?]
  ) throws(SectionFileError) {
    var offsets: [UInt64] = [0]
    offsets.reserveCapacity(counts.count + 1)
    var total = 0
    for user in counts.indices {
      total += counts[user] - (omitting[user] == nil ? 0 : 1)
      offsets.append(UInt64(total))
    }
    try file.write(section: names.offsets, offsets.span)
    try file.begin(section: names.items)
    try writeRuns(histories.items, histories, counts, omitting)
    guard histories.hasRatings else { return }
    if histories.ratings.isCoded {
      try file.begin(section: names.codes)
      try writeRuns(histories.ratings.codes, histories, counts, omitting)
    } else {
      try file.begin(section: names.ratings)
      try writeRuns(histories.ratings.values, histories, counts, omitting)
    }
  }

  private mutating func writeRuns<Value: BitwiseCopyable & Numeric>(
    _ column: borrowing Column<Value>, _ histories: borrowing UserHistories, _ counts: [Int], _ omitting: [UInt32?]
  ) throws(SectionFileError) {
    for user in counts.indices {
      let start = histories.range(of: user).lowerBound
      let end = start + counts[user]
      guard let omitted = omitting[user] else {
        try file.append(column.span.extracting(start..<end))
        continue
      }
      var place = start
      while histories.items[place] != omitted { place += 1 }
      try file.append(column.span.extracting(start..<place))
      try file.append(column.span.extracting(place + 1..<end))
    }
  }

  mutating func writeLevels(_ levels: [Float]) throws(SectionFileError) {
    try file.write(section: DatasetSections.levels, levels.span)
  }

  /// Writes users and items of the cases, then their negatives as `negatives` gives them, case by case.
  mutating func writeCases(
    _ names: DatasetSections.Cases, _ cases: [HeldOutItem], negatives: (Int, inout [UInt32]) -> Void
  ) throws(SectionFileError) {
    let (users, items) = (cases.map(\.user), cases.map(\.item))
    try file.write(section: names.users, users.span)
    try file.write(section: names.items, items.span)
    try file.begin(section: names.negatives)
    var drawn: [UInt32] = []
    for index in cases.indices {
      drawn.removeAll(keepingCapacity: true)
      negatives(index, &drawn)
      try file.append(drawn.span)
    }
  }

  mutating func writeRated(_ names: DatasetSections.Rated, _ rated: [HeldOutItem]) throws(SectionFileError) {
    let (users, items, ratings) = (rated.map(\.user), rated.map(\.item), rated.map(\.rating))
    try file.write(section: names.users, users.span)
    try file.write(section: names.items, items.span)
    try file.write(section: names.ratings, ratings.span)
  }

  mutating func writeTexts(_ names: DatasetSections.Texts, _ texts: TextColumn, order: [UInt32]?)
    throws(SectionFileError)
  {
    try file.write(section: names.offsets, texts.offsets.span)
    try file.write(section: names.bytes, texts.bytes.span)
    if let order { try file.write(section: names.order, order.span) }
  }

  mutating func writeFeatures(_ encoded: FeatureBook.Encoded) throws(SectionFileError) {
    let columns = encoded.features.columns
    try file.write(section: DatasetSections.Features.offsets, columns.offsets.span)
    try file.write(section: DatasetSections.Features.indices, columns.features.span)
    try file.write(section: DatasetSections.Features.weights, columns.weights.span)
    try writeTexts(DatasetSections.featureNames, TextColumn(encoded.names), order: nil)
  }

  consuming func finish(_ summary: DatasetSummary) throws(SectionFileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let header: Data
    do { header = try encoder.encode(summary) } catch { preconditionFailure("the summary \(summary): \(error)") }
    try file.finish(header: Array(header))
  }
}
