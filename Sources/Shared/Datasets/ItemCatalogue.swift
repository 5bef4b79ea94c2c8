/// The titles and genres of items, by row; empty where an item file has none.
struct ItemCatalogue {
  private(set) var titles: [String]
  /// Joined by `|`.
  private(set) var genres: [String]
  /// What the file says in the fields that become features.
  private(set) var book: FeatureBook
  /// Whether the file has an item.
  private var isListed: [Bool]

  /// No titles at all.
  init(itemCount: Int, fields: [FeatureField] = []) {
    titles = Array(repeating: "", count: itemCount)
    genres = titles
    book = FeatureBook(fields: fields, itemCount: itemCount)
    isListed = Array(repeating: false, count: itemCount)
  }

  var unlistedCount: Int { isListed.count { !$0 } }

  var titledCount: Int { titles.count { !$0.isEmpty } }

  /// Takes the titles of known items from a file; items that nobody interacted with are passed over.
  mutating func read(
    _ path: String, ids: TextColumn, order: [UInt32], idColumn: String?, malformed: inout MalformedLines
  ) throws(DatasetError) {
    var reader = try LineReader.open(path) { _ in }
    guard try reader.advance() else { return }
    let form = try ItemFileForm(path: path, firstLine: reader.line, idColumn: idColumn)
    let places = try form.places(of: book.fields, path: path, firstLine: reader.line)
    var splitter = FieldSplitter(separator: form.separator, hasQuotes: form.hasQuotes)
    var isHere = if case .columns = form { try reader.advance() } else { true }
    while isHere {
      let number = reader.lineNumber
      let isWhole = try splitter.split(recordOf: &reader)
      if !reader.line.isEmpty {
        if isWhole, let item = ItemLine(reader.line, splitter, form: form, places: places) {
          take(item, ids, order)
        } else {
          try malformed.note(
            path: path, line: number, Malformation(expected: form.expected, found: reader.line).problem)
        }
      }
      isHere = try reader.advance()
    }
  }

  private mutating func take(_ item: ItemLine, _ ids: TextColumn, _ order: [UInt32]) {
    guard let row = ids.row(of: item.id.span, in: order) else { return }
    titles[Int(row)] = item.title
    genres[Int(row)] = item.genres.joined(separator: "|")
    book.take(item.values, of: Int(row))
    isListed[Int(row)] = true
  }
}
