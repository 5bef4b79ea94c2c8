/// How the text of an item's column becomes features.
package enum FeatureKind: String, Sendable, Codable, CaseIterable {
  /// Several values between `|` or commas, a feature each.
  case multi
  /// A text such as a title: a feature of each word that several items have, in lower case.
  case words
  /// One value, a feature.
  case category
  /// A number, which is one feature: its rank among all items, from -1 to 1.
  case number
}

/// A column of the items' file that describes items.
package struct FeatureField: Sendable, Equatable, Codable {
  package let name: String
  package let kind: FeatureKind

  package init(name: String, kind: FeatureKind) {
    self.name = name
    self.kind = kind
  }

  /// `genre:multi,type:category,episodes:number`.
  package static func list(_ text: String) throws(DatasetError) -> [FeatureField] {
    func unfit(_ problem: String) -> DatasetError {
      DatasetError(
        .unfit, path: "--features", problem, hint: "such as genre:multi,type:category,episodes:number")
    }
    var fields: [FeatureField] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let colon = part.lastIndex(of: ":"), colon > part.startIndex else {
        throw unfit("\"\(part)\" does not say of which kind it is")
      }
      guard let kind = FeatureKind(rawValue: String(part[part.index(after: colon)...])) else {
        throw unfit("\"\(part)\": the kinds are \(FeatureKind.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      let field = FeatureField(name: String(part[..<colon]), kind: kind)
      guard !fields.contains(where: { $0.name == field.name }) else { throw unfit("\"\(field.name)\" twice") }
      fields.append(field)
    }
    return fields
  }
}

/// A field as prepared data holds it.
package struct FeatureSummary: Sendable, Equatable, Codable {
  package let field: FeatureField
  /// Its run among all features; the last is that of items without a value, where there are any.
  package let first: Int
  package let count: Int
  /// Items without a value, or with one that says nothing.
  package let itemsWithout: Int
  /// The lowest and the highest number.
  package let minimum: Double?
  package let maximum: Double?

  package var range: Range<Int> { first..<first + count }
}
