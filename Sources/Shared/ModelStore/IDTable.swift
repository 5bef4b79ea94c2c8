/// The raw ids of a table's rows, as the data's files have them, and back.
package struct IDTable: Sendable, Equatable {
  /// By row.
  package let ids: [String]
  private let rows: [String: UInt32]

  /// Throws the row whose id stands at an earlier row already.
  package init(_ ids: [String]) throws(DuplicateID) {
    var rows: [String: UInt32] = [:]
    rows.reserveCapacity(ids.count)
    for (row, id) in ids.enumerated() {
      if let first = rows.updateValue(UInt32(row), forKey: id) {
        throw DuplicateID(id: id, row: row, first: Int(first))
      }
    }
    self.ids = ids
    self.rows = rows
  }

  package var count: Int { ids.count }
  package func row(of id: String) -> Int? { rows[id].map(Int.init) }
}

/// Two rows of one id.
package struct DuplicateID: Error, Equatable, CustomStringConvertible {
  package let id: String
  package let row: Int
  package let first: Int
  package var description: String { "rows \(first) and \(row) have the same id \(id)" }
}

/// What a person knows of an item; empty where the data does not say.
package struct ItemDescription: Sendable, Equatable {
  /// With its year, where the data has one.
  package var title: String
  package var genres: [String]
  package init(title: String = "", genres: [String] = []) {
    self.title = title
    self.genres = genres
  }
}
