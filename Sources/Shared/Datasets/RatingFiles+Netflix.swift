import Interactions
import Plan

extension RatingFiles {
  private static let expected = "CustomerID,Rating,YYYY-MM-DD or MovieID:"

  /// Reads a file of the Netflix Prize: blocks of `MovieID:` and then lines `CustomerID,Rating,YYYY-MM-DD`.
  mutating func readNetflix(_ path: String) throws(DatasetError) {
    var reader = try open(path)
    try expect(ratings: true, times: true, in: path)
    var movie: Row?
    while try reader.advance() {
      if reader.line.isEmpty { continue }
      if let malformation = takeNetflix(reader.line, movie: &movie) {
        try malformed.note(path: path, line: reader.lineNumber, malformation.problem)
      }
    }
  }

  private mutating func takeNetflix(_ line: Span<UInt8>, movie: inout Row?) -> Malformation? {
    if line[line.count - 1] == 0x3A {
      let id = line.extracting(0..<line.count - 1)
      guard let number = FieldText.number(id) else {
        movie = nil
        return Malformation(expected: "MovieID:", found: line)
      }
      movie = items.row(ofNumber: number, id)
      return nil
    }
    var first = 0
    while first < line.count, line[first] != 0x2C { first += 1 }
    var second = first + 1
    while second < line.count, line[second] != 0x2C { second += 1 }
    guard second < line.count, let customer = FieldText.number(line.extracting(0..<first)),
      let rating = FieldText.rating(line.extracting(first + 1..<second)),
      let time = FieldText.time(line.extracting(second + 1..<line.count))
    else { return Malformation(expected: Self.expected, found: line) }
    guard let movie else { return Malformation(expected: "MovieID: before the first rating", found: line) }
    guard let user = users.row(ofNumber: customer, line.extracting(0..<first)) else {
      return Malformation(expected: Self.expected, found: line)
    }
    log.append(user: user, item: movie, rating: rating, time: time)
    return nil
  }
}
