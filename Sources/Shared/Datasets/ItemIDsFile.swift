/// The raw ids of items that a data set numbers anew: lines of index, tab, raw id.
enum ItemIDsFile {
  /// Throws unless every index below `count` has exactly one id.
  static func read(_ path: String, count: Int) throws(DatasetError) -> TextColumn {
    var reader = try LineReader.open(path) { _ in }
    var splitter = FieldSplitter(separator: [0x09], hasQuotes: false)
    var ids = [[UInt8]?](repeating: nil, count: count)
    while try reader.advance() {
      if reader.line.isEmpty { continue }
      _ = splitter.split(reader.line)
      guard splitter.fields.count == 2, let index = FieldText.number(splitter.field(0, of: reader.line)) else {
        throw DatasetError.malformed(
          reader, Malformation(expected: "an index and an id, between a tab", found: reader.line))
      }
      // Items beyond those of the interactions are passed over.
      guard index < UInt64(count) else { continue }
      guard ids[Int(index)] == nil else {
        throw DatasetError.malformed(reader, Malformation(expected: "each index once", found: reader.line))
      }
      let id = splitter.field(1, of: reader.line)
      ids[Int(index)] = id.indices.map { id[$0] }
    }
    var column = TextColumn()
    for (index, id) in ids.enumerated() {
      guard let id else { throw DatasetError(.malformed, path: path, "no id for item \(index) of \(count)") }
      column.append(id.span)
    }
    return column
  }
}
