/// Which field of a line is what.
struct DelimitedLayout {
  var separator: [UInt8]
  var hasQuotes = false
  var user: Int
  var item: Int
  var rating: Int?
  var time: Int?
  /// How many fields every line has.
  var fieldCount: Int
  /// What a line looks like, for those who wrote another.
  var expected: String

  /// `UserID::MovieID::Rating::Timestamp`, as in MovieLens 1M and 10M.
  static let movieLensColons = DelimitedLayout(
    separator: Array("::".utf8), user: 0, item: 1, rating: 2, time: 3, fieldCount: 4,
    expected: "UserID::MovieID::Rating::Timestamp")
  /// Four fields between tabs, as in MovieLens 100k's `u.data`.
  static let movieLensTabs = DelimitedLayout(
    separator: [0x09], user: 0, item: 1, rating: 2, time: 3, fieldCount: 4,
    expected: "user, item, rating and timestamp between tabs")
  /// `userId,movieId,rating,timestamp`, as in MovieLens since 2014.
  static let movieLensCommas = DelimitedLayout(
    separator: [0x2C], hasQuotes: true, user: 0, item: 1, rating: 2, time: 3, fieldCount: 4,
    expected: "userId,movieId,rating,timestamp")

  /// The MovieLens form that a file's first line has, and whether the line is a header.
  static func movieLens(firstLine line: Span<UInt8>) -> (layout: DelimitedLayout, isHeader: Bool)? {
    let text = String(decoding: line.indices.map { line[$0] }, as: UTF8.self)
    if text.contains("::") { return (movieLensColons, false) }
    if text.contains("\t") { return (movieLensTabs, false) }
    if text.contains(",") { return (movieLensCommas, text.first.map { !$0.isNumber } ?? false) }
    return nil
  }

  /// Two to four fields between tabs, as in the NCF paper's repository: user, item, rating, time.
  static func ncf(firstLine line: Span<UInt8>) -> DelimitedLayout? {
    let fieldCount = line.indices.count { line[$0] == 0x09 } + 1
    guard (2...4).contains(fieldCount) else { return nil }
    let names = ["user", "item", "rating", "timestamp"].prefix(fieldCount)
    return DelimitedLayout(
      separator: [0x09], user: 0, item: 1, rating: fieldCount > 2 ? 2 : nil, time: fieldCount > 3 ? 3 : nil,
      fieldCount: fieldCount, expected: "\(names.joined(separator: ", ")) between tabs, users and items from 0")
  }
}
