import Interactions
import Plan

/// The test cases that the NCF paper's files bring: `PREFIX.test.rating` and `PREFIX.test.negative`.
struct NCFCases {
  private(set) var test: [HeldOutItem] = []
  private(set) var negatives: [UInt32] = []
  private(set) var negativesPerCase = 0
  private(set) var hasRatings = false

  private static let expected = "(user,item), then the same number of items on every line, between tabs"

  /// Reads both files; the rows of their users and items count as the training's do.
  init(prefix: String, into files: inout RatingFiles) throws(DatasetError) {
    try readTest(NCFFiles.path(prefix, "test.rating"), into: &files)
    try readNegatives(NCFFiles.path(prefix, "test.negative"), into: &files)
  }

  private mutating func readTest(_ path: String, into files: inout RatingFiles) throws(DatasetError) {
    var reader = try files.open(path)
    var splitter = FieldSplitter(separator: [0x09], hasQuotes: false)
    var layout: DelimitedLayout?
    while try reader.advance() {
      if reader.line.isEmpty { continue }
      guard let known = layout ?? DelimitedLayout.ncf(firstLine: reader.line) else {
        throw DatasetError.malformed(reader, Malformation(expected: "2 to 4 fields between tabs", found: reader.line))
      }
      layout = known
      hasRatings = known.rating != nil
      _ = splitter.split(reader.line)
      var found: RatingLine?
      if let malformation = files.parse(reader.line, splitter, known, into: &found) {
        throw DatasetError.malformed(reader, malformation)
      }
      guard let found else { continue }
      test.append(HeldOutItem(user: found.user.rawValue, item: found.item.rawValue, rating: found.rating))
    }
  }

  private mutating func readNegatives(_ path: String, into files: inout RatingFiles) throws(DatasetError) {
    var reader = try files.open(path)
    var splitter = FieldSplitter(separator: [0x09], hasQuotes: false)
    var index = 0
    while try reader.advance() {
      if reader.line.isEmpty { continue }
      _ = splitter.split(reader.line)
      if index == 0 { negativesPerCase = splitter.fields.count - 1 }
      guard index < test.count, splitter.fields.count == negativesPerCase + 1, negativesPerCase > 0 else {
        throw DatasetError.malformed(
          reader, Malformation(expected: "\(test.count) lines of \(Self.expected)", found: reader.line))
      }
      let first = splitter.field(0, of: reader.line)
      guard Self.isPair(first, of: test[index]) else {
        throw DatasetError.malformed(
          reader, Malformation(expected: "(\(test[index].user),\(test[index].item)), as in test.rating", found: first))
      }
      for field in 1..<splitter.fields.count {
        guard let item = files.items.row(of: splitter.field(field, of: reader.line)) else {
          throw DatasetError.malformed(
            reader,
            Malformation(expected: "an item in field \(field + 1)", found: splitter.field(field, of: reader.line)))
        }
        negatives.append(item.rawValue)
      }
      index += 1
    }
    guard index == test.count else {
      throw DatasetError(.malformed, path: path, "\(index) lines, but the test has \(test.count) cases")
    }
  }

  private static func isPair(_ bytes: Span<UInt8>, of heldOut: HeldOutItem) -> Bool {
    TextColumn.isEqual(bytes, Array("(\(heldOut.user),\(heldOut.item))".utf8).span)
  }
}

/// The names of the NCF paper's files.
enum NCFFiles {
  /// `PREFIX.name`, or the same packed where only that is there.
  static func path(_ prefix: String, _ name: String) -> String {
    let plain = "\(prefix).\(name)"
    return !Folders.exists(plain) && Folders.exists(plain + ".gz") ? plain + ".gz" : plain
  }

  static func all(_ prefix: String) -> [String] {
    ["train.rating", "test.rating", "test.negative"].map { path(prefix, $0) }
  }
}

extension DatasetError {
  /// The malformed line at which a reader stands.
  static func malformed(_ reader: borrowing LineReader, _ malformation: Malformation) -> DatasetError {
    DatasetError(.malformed, path: reader.path, line: reader.lineNumber, malformation.problem)
  }
}
