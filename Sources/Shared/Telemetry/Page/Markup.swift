/// Text within HTML.
package enum Markup {
  package static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
    return result
  }

  /// A table; cells behind the first columns, which hold words, have numbers and stand to the right.
  package static func table(_ head: [String], _ rows: [[String]], wordColumns: Int = 1) -> String {
    func line(_ cells: [String], _ tag: String) -> String {
      let cells = cells.enumerated().map { column, cell in
        "<\(tag)\(column < wordColumns ? " class=\"word\"" : "")>\(escaped(cell))</\(tag)>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    let body = rows.map { line($0, "td") + "\n" }.joined()
    return "<table>\n<thead>\(line(head, "th"))</thead>\n<tbody>\n\(body)</tbody>\n</table>\n"
  }
}
