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

  /// A table; cells after the first column hold numbers and stand to the right, unless all are words.
  package static func table(_ head: [String], _ rows: [[String]], isWords: Bool = false) -> String {
    let top = head.map { "<th>\(escaped($0))</th>" }.joined()
    let body = rows.map { row in
      "<tr>" + row.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>\n"
    }
    let kind = isWords ? " class=\"words\"" : ""
    return "<table\(kind)>\n<thead><tr>\(top)</tr></thead>\n<tbody>\n\(body.joined())</tbody>\n</table>\n"
  }
}
