/// What must be known of the items' file before interactions are read: which items there are, and of which of them too
/// little is said.
struct ItemScan {
  /// Every id of the file, in its order.
  private(set) var ids = TextColumn()
  /// The ids of items without a value in a field that is required.
  private(set) var incomplete: Set<[UInt8]> = []

  init(_ path: String, idColumn: String?, required: [FeatureField]) throws(DatasetError) {
    var reader = try LineReader.open(path) { _ in }
    guard try reader.advance() else { return }
    let form = try ItemFileForm(path: path, firstLine: reader.line, idColumn: idColumn)
    let places = try form.places(of: required, path: path, firstLine: reader.line)
    var splitter = FieldSplitter(separator: form.separator, hasQuotes: form.hasQuotes)
    var isHere = if case .columns = form { try reader.advance() } else { true }
    while isHere {
      if try splitter.split(recordOf: &reader), !reader.line.isEmpty,
        let item = ItemLine(reader.line, splitter, form: form, places: places)
      {
        ids.append(item.id.span)
        let isComplete = zip(item.values, required).allSatisfy { !FeatureBook.values($0, $1.kind).isEmpty }
        if !isComplete { incomplete.insert(item.id) }
      }
      isHere = try reader.advance()
    }
  }
}

/// Which interactions are read, and how.
struct InteractionFilter {
  /// Lines, of all files together; nil reads them all.
  var lines: Int?
  /// Ratings below are passed over.
  var minimumRating: Float?
  var ratingDivisor: Float = 1
  /// Interactions with these are passed over.
  var droppedItems: Set<[UInt8]> = []
  /// Interactions that were passed over for their rating, or for their item.
  var lowRatings = 0
  var incompleteItems = 0
  var linesRead = 0

  var isDone: Bool { lines.map { linesRead >= $0 } ?? false }
}
