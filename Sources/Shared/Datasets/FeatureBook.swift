import Interactions

/// Collects what the items' file says of each item in the fields that are asked for, and makes features of it.
struct FeatureBook {
  let fields: [FeatureField]
  /// `[fields][items]`; empty where nothing is known.
  private var texts: [[String]]

  init(fields: [FeatureField], itemCount: Int) {
    self.fields = fields
    texts = Array(repeating: Array(repeating: "", count: itemCount), count: fields.count)
  }

  mutating func take(_ values: [String], of item: Int) {
    for field in fields.indices { texts[field][item] = values[field] }
  }

  // What files write where they know nothing.
  private static let unknown: Set<String> = ["", "unknown", "null", "n/a", "na", "nan", "none", "?", "-", "\\n"]

  /// The values of a field's text; none where it says nothing.
  static func values(_ text: String, _ kind: FeatureKind) -> [String] {
    let whole = ItemText.trimmed(text)
    let parts =
      switch kind {
      case .multi: ItemText.genres(text)
      case .words: unknown.contains(whole.lowercased()) ? [] : ItemText.words(whole)
      case .category, .number: [whole]
      }
    if kind == .words { return parts }
    var values: [String] = []
    for part in parts where !unknown.contains(part.lowercased()) && !values.contains(part) { values.append(part) }
    return kind == .number ? values.filter { number($0) != nil } : values
  }

  private static func number(_ text: String) -> Double? {
    Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// Leaves out what a single item has: its own row says as much.
  private static func dropLonely(_ values: inout [[String]]) {
    let items = values.joined().reduce(into: [:]) { items, value in items[value, default: 0] += 1 }
    for item in values.indices { values[item].removeAll { items[$0] == 1 } }
  }

  struct Encoded {
    let features: ItemFeatures
    /// Of each feature, such as `genre=Drama`.
    let names: [String]
    let summaries: [FeatureSummary]
  }

  /// Values in the order of their texts. Those of one item and field together have length one, so that an item of many
  /// genres weighs no more than one of few. What has no value has a feature of its own instead.
  func encoded() throws(InteractionsError) -> Encoded {
    var names: [String] = []
    var summaries: [FeatureSummary] = []
    let itemCount = texts.first?.count ?? 0
    var entries = [[(feature: UInt32, weight: Float)]](repeating: [], count: itemCount)
    for (field, texts) in zip(fields, texts) {
      var values = texts.map { Self.values($0, field.kind) }
      if field.kind == .words { Self.dropLonely(&values) }
      let without = values.count(where: \.isEmpty)
      let first = names.count
      var numbers: [Double] = []
      switch field.kind {
      case .multi, .words, .category:
        let distinct = Set(values.joined()).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let features = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, UInt32(first + $0)) })
        names += distinct.map { "\(field.name)=\($0)" }
        for (item, values) in values.enumerated() {
          let weight = Float(1 / Double(max(1, values.count)).squareRoot())
          entries[item] += values.compactMap { features[$0] }.sorted().map { ($0, weight) }
        }
      case .number:
        numbers = values.compactMap { $0.first.flatMap(Self.number) }.sorted()
        names.append(field.name)
        for (item, values) in values.enumerated() {
          guard let number = values.first.flatMap(Self.number) else { continue }
          entries[item].append((UInt32(first), Self.rank(number, among: numbers)))
        }
      }
      if without > 0 {
        for item in values.indices where values[item].isEmpty { entries[item].append((UInt32(names.count), 1)) }
        names.append("\(field.name)=?")
      }
      summaries.append(
        FeatureSummary(
          field: field, first: first, count: names.count - first, itemsWithout: without, minimum: numbers.first,
          maximum: numbers.last))
    }
    var offsets: [UInt32] = [0]
    for list in entries { offsets.append(offsets[offsets.count - 1] + UInt32(list.count)) }
    return Encoded(
      features: try ItemFeatures(
        offsets: offsets, features: entries.joined().map(\.feature), weights: entries.joined().map(\.weight),
        count: names.count), names: names, summaries: summaries)
  }

  /// Where a number stands among ascending ones: -1 below all, 1 above all, equal numbers at their middle.
  static func rank(_ number: Double, among sorted: [Double]) -> Float {
    func place(_ precedes: (Double) -> Bool) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if precedes(sorted[middle]) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let middle = Double(place { $0 < number } + place { $0 <= number }) / 2
    return Float(2 * middle / Double(max(1, sorted.count)) - 1)
  }
}
