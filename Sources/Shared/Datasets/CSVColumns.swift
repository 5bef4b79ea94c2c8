/// Which columns of a delimited file hold what, by the names in its header or, without one, by number from 1.
package struct CSVColumns: Sendable, Equatable {
  package var user: String
  package var item: String
  package var rating: String?
  package var time: String?
  package var delimiter: String
  package var hasHeader: Bool

  package init(
    user: String, item: String, rating: String? = nil, time: String? = nil, delimiter: String = ",",
    hasHeader: Bool = true
  ) {
    self.user = user
    self.item = item
    self.rating = rating
    self.time = time
    self.delimiter = delimiter
    self.hasHeader = hasHeader
  }

  /// The layout for a file whose first line is given.
  func layout(path: String, firstLine line: Span<UInt8>) throws(DatasetError) -> DelimitedLayout {
    var splitter = FieldSplitter(separator: Array(delimiter.utf8), hasQuotes: true)
    guard splitter.split(line) else {
      throw DatasetError(.malformed, path: path, line: 1, "a quote without an end in the first line")
    }
    let names = splitter.fields.indices.map { index in
      let field = splitter.field(index, of: line)
      return String(decoding: field.indices.map { field[$0] }, as: UTF8.self)
    }
    func place(_ name: String, _ option: String) throws(DatasetError) -> Int {
      if hasHeader {
        if let index = names.firstIndex(of: name) { return index }
        throw DatasetError(
          .unfit, path: path, line: 1, "no column \"\(name)\" (\(option))",
          hint: "the columns are: \(names.joined(separator: " · "))")
      }
      if let number = Int(name), number >= 1, number <= names.count { return number - 1 }
      throw DatasetError(
        .unfit, path: path, line: 1, "no column \(name) (\(option))",
        hint: "without a header, columns are numbers from 1 to \(names.count)")
    }
    var layout = DelimitedLayout(
      separator: Array(delimiter.utf8), hasQuotes: true, user: try place(user, "--user-column"),
      item: try place(item, "--item-column"), fieldCount: names.count, expected: "")
    if let rating { layout.rating = try place(rating, "--rating-column") }
    if let time { layout.time = try place(time, "--time-column") }
    layout.expected = [user, item, rating, time].compactMap { $0 }.joined(separator: ", ")
    return layout
  }
}
