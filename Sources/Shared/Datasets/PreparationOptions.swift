package import Interactions

/// The formats that ratings come in.
package enum DatasetFormat: String, Sendable, CaseIterable {
  /// The NCF paper's files: `PREFIX.train.rating`, `PREFIX.test.rating`, `PREFIX.test.negative`.
  case ncf
  /// MovieLens of any year: `ratings.dat`, `u.data`, `ratings.csv`.
  case movielens
  /// The Netflix Prize: `combined_data_*.txt`, or a folder of `mv_*.txt`.
  case netflix
  /// Lines of fields.
  case csv
}

/// What to prepare, how, and where to.
package struct PreparationOptions: Sendable, Equatable {
  package var inputs: [String]
  package var format: DatasetFormat
  /// The folder that gets `data.neumf`.
  package var output: String
  /// Nil takes the format's own: `given` for ncf, `leave-one-out` for the others.
  package var split: SplitRule?
  /// Negatives per evaluation case; nil takes 99, or as many as a small catalogue has.
  package var negatives: Int?
  package var seed: UInt64 = 1
  /// Users with fewer interactions are dropped.
  package var minimumInteractions = 0
  /// Titles and genres.
  package var itemsFile: String?
  /// Columns of the items' file that become features, and those of them without which an item is dropped.
  package var features: [FeatureField] = []
  package var requiredFeatures: [String] = []
  /// Whether items of the items' file that nobody interacted with are there, too.
  package var coldItems = false
  /// Lines of interactions to read; nil reads them all.
  package var lines: Int?
  /// Interactions with lower ratings are passed over; the others' ratings are divided.
  package var minimumRating: Float?
  package var ratingDivisor: Float = 1
  /// For ncf: `index`, tab, raw id per line.
  package var itemIDsFile: String?
  package var skipsMalformed = false
  /// For csv.
  package var columns: CSVColumns?

  package init(inputs: [String], format: DatasetFormat, output: String) {
    self.inputs = inputs
    self.format = format
    self.output = output
  }

  package var effectiveSplit: SplitRule { split ?? (format == .ncf ? .given : .leaveOneOut) }

  /// Throws when the options contradict each other; nothing is read.
  package func validate() throws(DatasetError) {
    func unfit(_ option: String, _ problem: String, _ hint: String) -> DatasetError {
      DatasetError(.unfit, path: option, problem, hint: hint)
    }
    if inputs.isEmpty { throw unfit("INPUT", "no input", "name a file, or for ncf a prefix such as data/ml-1m") }
    if let negatives, negatives < 1 {
      throw unfit("--negatives", "\(negatives) evaluation negatives", "1 or more, such as 99")
    }
    if minimumInteractions < 0 { throw unfit("--min-interactions", "\(minimumInteractions)", "0 or more") }
    if format == .ncf {
      if inputs.count > 1 { throw unfit("INPUT", "\(inputs.count) inputs for ncf", "one prefix, such as data/ml-1m") }
      if effectiveSplit != .given {
        throw unfit("--split", "\(effectiveSplit) for ncf", "its files bring their own test; leave --split out")
      }
      if minimumInteractions > 1 {
        throw unfit(
          "--min-interactions", "users cannot be dropped from ncf files", "their test refers to rows; leave it out")
      }
      if itemsFile != nil, itemIDsFile == nil {
        throw unfit("--items", "ncf files number their items anew", "--item-ids FILE says which id each number has")
      }
    } else {
      if effectiveSplit == .given {
        throw unfit(
          "--split", "given, but \(format.rawValue) files bring no test",
          "use leave-one-out, temporal:0.8 or random:0.8")
      }
      if itemIDsFile != nil { throw unfit("--item-ids", "only ncf files number their items anew", "leave it out") }
    }
    if format == .csv, columns == nil {
      throw unfit("--user-column, --item-column", "missing", "csv needs to know which columns hold users and items")
    }
    try validateFeatures()
    if let columns, columns.delimiter.isEmpty { throw unfit("--delimiter", "empty", "such as , or ; or \\t") }
  }

  private func validateFeatures() throws(DatasetError) {
    func unfit(_ option: String, _ problem: String, _ hint: String) -> DatasetError {
      DatasetError(.unfit, path: option, problem, hint: hint)
    }
    for (option, isGiven) in [("--features", !features.isEmpty), ("--cold-items", coldItems)]
    where isGiven && itemsFile == nil {
      throw unfit(option, "no items' file", "goes with --items FILE")
    }
    for name in requiredFeatures where !features.contains(where: { $0.name == name }) {
      throw unfit("--require", "\(name) is no feature", "one of --features, such as --require episodes")
    }
    if coldItems, format == .ncf { throw unfit("--cold-items", "ncf files number all their items", "leave it out") }
    if let lines, lines < 1 { throw unfit("--lines", "\(lines)", "1 or more") }
    guard ratingDivisor.isFinite, ratingDivisor > 0 else {
      throw unfit("--divide-ratings", "\(ratingDivisor)", "a number above 0, such as 10")
    }
    let chooses = lines != nil || minimumRating != nil || ratingDivisor != 1 || !requiredFeatures.isEmpty
    guard !chooses || format == .csv || format == .movielens else {
      throw unfit(
        "--lines, --minimum-rating, --divide-ratings, --require", "with \(format.rawValue)", "for csv and movielens")
    }
  }
}
