import Interactions
import SectionFile

/// How far a preparation is.
package enum PreparationProgress: Sendable, Equatable {
  /// Bytes of the input on disk.
  case reading(done: Int, total: Int)
  /// Grouping, splitting.
  case ordering(interactions: Int)
  case writing
}

/// What a preparation did.
package struct PreparationReport: Sendable {
  package let summary: DatasetSummary
  package let malformed: MalformedLines
  /// Interactions that were passed over for their rating, or for an item of which too little is known.
  package let lowRatings: Int
  package let incomplete: Int
  /// Items that the items' file does not have.
  package let unlistedItems: Int
}

/// Reads real files into the prepared container. Nothing is left behind where it fails.
package struct Preparation {
  /// As many as He et al. 2017 rank a held-out item against.
  package static let customaryNegatives = 99

  private let options: PreparationOptions
  private let report: (PreparationProgress) throws(DatasetError) -> Void

  /// - Parameter report: called now and then; may throw to stop
  package init(
    _ options: PreparationOptions, report: @escaping (PreparationProgress) throws(DatasetError) -> Void = { _ in }
  ) {
    self.options = options
    self.report = report
  }

  /// Writes `data.neumf` into the output folder, which is made if need be.
  package func run() throws(DatasetError) -> PreparationReport {
    try options.validate()
    let paths = try inputPaths()
    let made = try Folders.make(options.output)
    do {
      return try prepare(paths)
    } catch {
      Folders.remove(made)
      throw error
    }
  }

  private func prepare(_ paths: [String]) throws(DatasetError) -> PreparationReport {
    let scan = try scannedItems()
    var files = try read(paths, dropping: scan?.incomplete ?? [])
    let cases = options.format == .ncf ? try NCFCases(prefix: options.inputs[0], into: &files) : nil
    try files.checkNotEmpty()
    let interactionsRead = files.log.count
    try report(.ordering(interactions: interactionsRead))
    let sources = files.sources
    var malformed = files.malformed
    var (userIDs, newUsers) = files.users.finish()
    var (itemIDs, newItems) = files.items.finish()
    let filter = files.filter
    var log = files.log
    log.renumber(users: newUsers, items: newItems)
    var histories = UserHistories(log, userCount: userIDs.count, itemCount: itemIDs.count)
    if options.minimumInteractions > 1 {
      let kept = histories.keepUsers(withAtLeast: options.minimumInteractions)
      userIDs = userIDs.selecting(kept.users)
      itemIDs = itemIDs.selecting(kept.items)
    }
    if let path = options.itemIDsFile { itemIDs = try ItemIDsFile.read(path, count: itemIDs.count) }
    let known = itemIDs.count
    if options.coldItems, let scan { itemIDs = itemIDs.adding(scan.ids) { !scan.incomplete.contains($0) } }
    let itemOrder = itemIDs.order()
    var catalogue = ItemCatalogue(itemCount: itemIDs.count, fields: options.features)
    if let path = options.itemsFile {
      try catalogue.read(
        path, ids: itemIDs, order: itemOrder, idColumn: options.columns?.item, malformed: &malformed)
    }
    let negatives = options.negatives ?? histories.negatives(upTo: Self.customaryNegatives)
    let heldOut = try split(&histories, cases, negatives: negatives)
    try report(.writing)
    let draft = DatasetDraft(
      heldOut: heldOut, cases: cases, userIDs: userIDs, itemIDs: itemIDs, itemOrder: itemOrder, catalogue: catalogue,
      coldItems: itemIDs.count - known, features: try encoded(catalogue),
      interactionsRead: interactionsRead, malformedLines: malformed.count,
      provenance: Provenance(
        format: options.format.rawValue, sources: sources, split: options.effectiveSplit.description,
        seed: options.seed,
        minimumInteractions: options.minimumInteractions))
    let path = "\(options.output)/\(PreparedDataset.fileName)"
    do throws(SectionFileError) {
      let summary = try draft.write(to: path, histories, negatives: negatives, seed: options.seed)
      return PreparationReport(
        summary: summary, malformed: malformed, lowRatings: filter.lowRatings, incomplete: filter.incompleteItems,
        unlistedItems: options.itemsFile == nil ? 0 : catalogue.unlistedCount)
    } catch {
      throw DatasetError(writing: error)
    }
  }

  /// What must be known of the items beforehand; nil where nothing must.
  private func scannedItems() throws(DatasetError) -> ItemScan? {
    guard let path = options.itemsFile, options.coldItems || !options.requiredFeatures.isEmpty else { return nil }
    return try ItemScan(
      path, idColumn: options.columns?.item,
      required: options.features.filter { options.requiredFeatures.contains($0.name) })
  }

  /// The features of all items; nil without any.
  private func encoded(_ catalogue: ItemCatalogue) throws(DatasetError) -> FeatureBook.Encoded? {
    guard !options.features.isEmpty, let path = options.itemsFile else { return nil }
    let encoded: FeatureBook.Encoded
    do throws(InteractionsError) { encoded = try catalogue.book.encoded() } catch {
      preconditionFailure("the features of \(path): \(error)")
    }
    guard encoded.names.count <= Self.mostFeatures else {
      throw DatasetError(
        .unfit, path: path, "\(encoded.names.count) different values of features",
        hint: "at most \(Self.mostFeatures); a column of numbers is NAME:number")
    }
    return encoded
  }

  // Limit: each is a row of the items' table, and a step may touch them all.
  private static let mostFeatures = 100_000

  private func split(_ histories: inout UserHistories, _ cases: NCFCases?, negatives: Int) throws(DatasetError)
    -> HeldOut
  {
    do throws(InteractionsError) {
      return try histories.split(
        options.effectiveSplit, negatives: negatives, seed: options.seed, cases: cases?.test ?? [])
    } catch {
      throw DatasetError(
        .unfit, path: options.inputs[0], error.description,
        hint: "another --split, or fewer --negatives, may fit this data")
    }
  }

  private func read(_ paths: [String], dropping dropped: Set<[UInt8]>) throws(DatasetError) -> RatingFiles {
    let total = paths.reduce(0) { $0 + Folders.byteCount($1) }
    var files = RatingFiles(ids: options.format == .ncf ? .rows : .raw, skipsMalformed: options.skipsMalformed) {
      [report] done throws(DatasetError) in try report(.reading(done: done, total: total))
    }
    files.filter.lines = options.lines
    files.filter.minimumRating = options.minimumRating
    files.filter.ratingDivisor = options.ratingDivisor
    files.filter.droppedItems = dropped
    switch options.format {
    case .ncf:
      try files.readDelimited(paths[0]) { line throws(DatasetError) in
        if let layout = DelimitedLayout.ncf(firstLine: line) { return (layout, false) }
        throw DatasetError(
          .malformed, path: paths[0], line: 1,
          Malformation(expected: "user, item, rating and timestamp between tabs", found: line).problem)
      }
    case .movielens:
      for path in paths {
        try files.readDelimited(path) { line throws(DatasetError) in
          if let choice = DelimitedLayout.movieLens(firstLine: line) { return choice }
          throw DatasetError(
            .malformed, path: path, line: 1,
            Malformation(expected: "user, item, rating and timestamp between ::, tabs or commas", found: line).problem)
        }
      }
    case .netflix: for path in paths { try files.readNetflix(path) }
    case .csv:
      guard let columns = options.columns else { preconditionFailure("csv without columns passed validation") }
      for path in paths {
        try files.readDelimited(path) { line throws(DatasetError) in
          (try columns.layout(path: path, firstLine: line), columns.hasHeader)
        }
      }
    }
    return files
  }

  /// The files that the inputs stand for.
  private func inputPaths() throws(DatasetError) -> [String] {
    switch options.format {
    case .ncf:
      let paths = NCFFiles.all(options.inputs[0])
      for path in paths where !Folders.exists(path) {
        throw DatasetError(
          .missing, path: path, "no such file",
          hint:
            "for ncf the input is the prefix of three files: PREFIX.train.rating, .test.rating, .test.negative"
        )
      }
      return paths
    case .movielens, .csv: return options.inputs
    case .netflix:
      var paths: [String] = []
      for input in options.inputs {
        paths += Folders.isFolder(input) ? try netflixFiles(in: input) : [input]
      }
      return paths
    }
  }

  private func netflixFiles(in folder: String) throws(DatasetError) -> [String] {
    let names = try Folders.names(in: folder).filter { $0.hasSuffix(".txt") || $0.hasSuffix(".txt.gz") }
    for prefix in ["combined_data_", "mv_"] {
      let found = names.filter { $0.hasPrefix(prefix) }
      if !found.isEmpty { return found.map { "\(folder)/\($0)" } }
    }
    throw DatasetError(.missing, path: folder, "no combined_data_*.txt or mv_*.txt in it")
  }
}
