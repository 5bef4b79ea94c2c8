/// A table for a person's eyes: columns as wide as their widest cell, numbers to the right.
struct TextTable {
  struct Column {
    var heading: String
    var isNumber = false
    /// Longer cells end in an ellipsis.
    var limit = 60
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ columns: [Column]) { self.columns = columns }

  mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows.append(zip(cells, columns).map { Self.shortened($0, to: $1.limit) })
  }

  /// The heading and the rows, each line indented by two.
  var text: String {
    let headings = columns.map(\.heading)
    let widths = columns.indices.map { column in ([headings] + rows).map { $0[column].count }.max() ?? 0 }
    return ([headings] + rows).map { line($0, widths) }.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (index, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: widths[index] - cell.count)
      text += "  " + (columns[index].isNumber ? padding + cell : cell + padding)
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func shortened(_ cell: String, to limit: Int) -> String {
    cell.count <= limit ? cell : cell.prefix(limit - 1) + "…"
  }
}
