import Interactions
import Plan

/// An interaction as a line gives it.
struct RatingLine {
  var user: Row
  var item: Row
  var rating: Float
  var time: Int64
}

extension RatingFiles {
  /// Reads a file of delimited lines.
  /// - Parameter choose: gives the layout for the first line, and whether that line is a header
  mutating func readDelimited(
    _ path: String,
    layout choose: (Span<UInt8>) throws(DatasetError) -> (layout: DelimitedLayout, isHeader: Bool)
  ) throws(DatasetError) {
    var reader = try open(path)
    guard try reader.advance() else { return }
    let (layout, isHeader) = try choose(reader.line)
    try expect(ratings: layout.rating != nil, times: layout.time != nil, in: path)
    var splitter = FieldSplitter(separator: layout.separator, hasQuotes: layout.hasQuotes)
    var isHere = isHeader ? try reader.advance() : true
    while isHere, !filter.isDone {
      filter.linesRead += 1
      let firstLine = reader.lineNumber
      if !reader.line.isEmpty {
        if let malformation = try take(&reader, &splitter, layout) {
          try malformed.note(path: path, line: firstLine, malformation.problem)
        }
      }
      isHere = try reader.advance()
    }
  }

  private mutating func take(
    _ reader: inout LineReader, _ splitter: inout FieldSplitter, _ layout: DelimitedLayout
  ) throws(DatasetError) -> Malformation? {
    guard try splitter.split(recordOf: &reader) else {
      return Malformation(expected: "a closing quote", found: reader.line)
    }
    var found: RatingLine?
    let malformation = parse(reader.line, splitter, layout, into: &found)
    if let found { log.append(user: found.user, item: found.item, rating: found.rating, time: found.time) }
    return malformation
  }

  /// Reads a line that was cut into fields.
  mutating func parse(
    _ line: Span<UInt8>, _ splitter: borrowing FieldSplitter, _ layout: DelimitedLayout, into found: inout RatingLine?
  ) -> Malformation? {
    guard splitter.fields.count == layout.fieldCount else {
      return Malformation(expected: "\(layout.fieldCount) fields (\(layout.expected))", found: line)
    }
    var rating: Float = 0
    if let column = layout.rating {
      guard let value = FieldText.rating(splitter.field(column, of: line)) else {
        return Malformation(
          expected: "a rating in field \(column + 1) (\(layout.expected))", found: splitter.field(column, of: line))
      }
      if let minimum = filter.minimumRating, value < minimum {
        filter.lowRatings += 1
        return nil
      }
      rating = filter.ratingDivisor == 1 ? value : value / filter.ratingDivisor
    }
    var time: Int64 = 0
    if let column = layout.time {
      guard let value = FieldText.time(splitter.field(column, of: line)) else {
        return Malformation(
          expected: "a time in field \(column + 1): seconds or YYYY-MM-DD (\(layout.expected))",
          found: splitter.field(column, of: line))
      }
      time = value
    }
    let user = splitter.field(layout.user, of: line)
    guard users.accepts(user) else {
      return Malformation(expected: "a user in field \(layout.user + 1) (\(layout.expected))", found: user)
    }
    let item = splitter.field(layout.item, of: line)
    if !filter.droppedItems.isEmpty, filter.droppedItems.contains(item.indices.map { item[$0] }) {
      filter.incompleteItems += 1
      return nil
    }
    guard items.accepts(item), let itemRow = items.row(of: item), let userRow = users.row(of: user) else {
      return Malformation(expected: "an item in field \(layout.item + 1) (\(layout.expected))", found: item)
    }
    found = RatingLine(user: userRow, item: itemRow, rating: rating, time: time)
    return nil
  }
}
