/// Figures as a table, with what must be known to read them.
struct ResultTable: Encodable, Sendable, Equatable {
  let title: String
  let columns: [String]
  /// How many of the first columns are words; the others are figures.
  let wordColumns: Int
  private(set) var rows: [[String]] = []
  var notes: [String] = []

  init(_ title: String, columns: [String], words wordColumns: Int = 1, notes: [String] = []) {
    self.title = title
    self.columns = columns
    self.wordColumns = wordColumns
    self.notes = notes
  }

  mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows.append(cells)
  }

  /// The table in Markdown, below its title.
  var markdown: String {
    let rule = columns.indices.map { $0 < wordColumns ? "---" : "---:" }
    let lines = ([columns, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    return (["### \(title)", ""] + lines + (notes.isEmpty ? [] : ["", notes.joined(separator: " ")]))
      .joined(separator: "\n") + "\n"
  }
}
