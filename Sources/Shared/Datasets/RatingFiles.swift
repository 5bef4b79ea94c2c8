import Interactions

/// What reading rating files fills: the log of interactions, and the rows of the ids.
struct RatingFiles: ~Copyable {
  var log = InteractionLog(hasRatings: false, hasTimes: false)
  var users: IDBook
  var items: IDBook
  var malformed: MalformedLines
  var filter = InteractionFilter()
  private(set) var sources: [DatasetSource] = []
  private let report: (Int) throws(DatasetError) -> Void

  /// - Parameter report: told, after each piece, how many bytes of all files are done; may throw to stop the reading
  init(ids: IDBook.Form, skipsMalformed: Bool, report: @escaping (Int) throws(DatasetError) -> Void) {
    users = IDBook(ids)
    items = IDBook(ids)
    malformed = MalformedLines(areSkipped: skipsMalformed)
    self.report = report
  }

  /// Begins a file.
  mutating func open(_ path: String) throws(DatasetError) -> LineReader {
    let before = sources.reduce(0) { $0 + $1.byteCount }
    let reader = try LineReader.open(path) { [report] done throws(DatasetError) in try report(before + done) }
    sources.append(DatasetSource(path: path, byteCount: reader.byteCount))
    return reader
  }

  /// Says which columns the files have; the same for all.
  mutating func expect(ratings: Bool, times: Bool, in path: String) throws(DatasetError) {
    if log.count == 0 {
      log = InteractionLog(hasRatings: ratings, hasTimes: times)
    } else if log.hasRatings != ratings || log.hasTimes != times {
      throw DatasetError(.malformed, path: path, "its columns differ from those of the file before")
    }
  }

  /// Says that every line was read; throws when they held nothing, or rows far beyond what they fill.
  func checkNotEmpty() throws(DatasetError) {
    let path = sources.first?.path ?? "input"
    guard log.count > 0 else { throw DatasetError(.malformed, path: path, "no interactions in it") }
    guard users.isFilled(by: log.count), items.isFilled(by: log.count) else {
      throw DatasetError(
        .malformed, path: path,
        "\(log.count) interactions of \(users.count) users and \(items.count) items, counted by their highest rows",
        hint: "users and items of ncf files are numbered from 0 without gaps")
    }
  }
}
