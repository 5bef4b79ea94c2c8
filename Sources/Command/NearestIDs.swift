/// Helps a person who gave an id that is not there.
struct NearestIDs {
  private let ids: [String]
  // Limit: a hint must not take longer than the command; longer tables are judged by their beginning.
  private static let examined = 100_000
  private static let shown = 3

  init(_ ids: [String]) { self.ids = ids }

  /// What to try instead of `id`: numbers near it, or texts like it.
  func hint(for id: String, called name: String) -> String {
    guard !ids.isEmpty else { return "the model has no \(name)s" }
    let numbers = ids.compactMap { Int($0) }
    if numbers.count == ids.count, let least = numbers.min(), let greatest = numbers.max() {
      let range = "\(name) ids are numbers from \(least) to \(greatest)"
      guard let number = Int(id) else { return range }
      let near = numbers.sorted { (Self.gap($0, number), $0) < (Self.gap($1, number), $1) }.prefix(Self.shown)
      return "\(range); near it: \(Self.list(near.sorted().map(String.init)))"
    }
    let wanted = Array(id.lowercased())
    let like = ids.prefix(Self.examined).map { (distance: Self.distance(wanted, Array($0.lowercased())), id: $0) }
      .sorted { $0 < $1 }.prefix(Self.shown).map(\.id)
    return "\(name) ids look like these: \(Self.list(like))"
  }

  private static func gap(_ left: Int, _ right: Int) -> UInt {
    left > right ? UInt(bitPattern: left &- right) : UInt(bitPattern: right &- left)
  }

  private static func list(_ ids: [String]) -> String { ids.joined(separator: ", ") }

  /// The insertions, deletions and substitutions from one text to another (Levenshtein 1966).
  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (index, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let above = row[column + 1]
        row[column + 1] = min(above + 1, row[column] + 1, diagonal + (character == right[column] ? 0 : 1))
        diagonal = above
      }
    }
    return row[right.count]
  }
}
