import ModelStore
import Plan
import Ranking

/// Ranked items as a person or a program reads them.
struct ItemListing {
  private let model: StoredModel
  private let items: [RankedItem]

  init(_ items: [RankedItem], of model: StoredModel) {
    self.items = items
    self.model = model
  }

  /// A title and the year that stands in parentheses at its end; the year is empty where there is none.
  static func titleAndYear(_ title: String) -> (title: String, year: String) {
    let end = title.suffix(7)
    guard end.count == 7, end.hasPrefix(" ("), end.hasSuffix(")"), Int(end.dropFirst(2).dropLast()) != nil else {
      return (title, "")
    }
    return (String(title.dropLast(7)), String(end.dropFirst(2).dropLast()))
  }

  func table(scoreHeading: String) -> String {
    var table = TextTable([
      TextTable.Column(heading: "#", isNumber: true), TextTable.Column(heading: "Item", isNumber: true, limit: 24),
      TextTable.Column(heading: "Title", limit: 50), TextTable.Column(heading: "Year", isNumber: true),
      TextTable.Column(heading: "Genres", limit: 44), TextTable.Column(heading: scoreHeading, isNumber: true),
    ])
    for (place, item) in items.enumerated() {
      let row = Int(item.row.rawValue)
      let description = model.descriptions[row]
      let (title, year) = Self.titleAndYear(description.title)
      table.append([
        String(place + 1), model.items.ids[row], title, year, description.genres.joined(separator: ", "),
        OutputText.fixed(Double(item.score), 3),
      ])
    }
    return table.text
  }

  /// For `--json`.
  struct Entry: Encodable, Equatable {
    let rank: Int
    let id: String
    let title: String
    let genres: [String]
    let score: Float
  }

  var entries: [Entry] {
    items.enumerated().map { place, item in
      let row = Int(item.row.rawValue)
      return Entry(
        rank: place + 1, id: model.items.ids[row], title: model.descriptions[row].title,
        genres: model.descriptions[row].genres, score: item.score)
    }
  }
}
