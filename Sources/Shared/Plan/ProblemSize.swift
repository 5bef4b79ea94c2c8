/// The sizes of the prepared data.
package struct ProblemSize: Sendable, Equatable, Codable {
  package let users: Int
  package let items: Int
  package let trainingInteractions: Int
  /// The last of the items, which stand in no file of interactions: known by their features alone.
  package let coldItems: Int
  /// The items' features that are used; their rows stand behind the items' in the same table.
  package let features: Int
  // Limit: an interaction's place is a number of 32 bits, and the batch schedule multiplies two such and a 2.
  package static let interactionLimit = 1 << 31

  package init(users: Int, items: Int, trainingInteractions: Int, coldItems: Int = 0, features: Int = 0) {
    self.users = users
    self.items = items
    self.trainingInteractions = trainingInteractions
    self.coldItems = coldItems
    self.features = features
  }

  /// The rows of the items' table.
  package var itemRows: Int { items + features }
  /// The items that negatives are drawn from.
  package var knownItems: Int { items - coldItems }

  /// Whether a row of the items' table is a cold item's.
  package func isCold(_ row: UInt32) -> Bool { (knownItems..<items).contains(Int(row)) }

  /// The row of a feature.
  @inline(__always)
  package func row(ofFeature feature: UInt32) -> UInt32 { UInt32(truncatingIfNeeded: items) &+ feature }

  /// Counts that most data does not have are left out.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(users, forKey: .users)
    try container.encode(items, forKey: .items)
    try container.encode(trainingInteractions, forKey: .trainingInteractions)
    if coldItems > 0 { try container.encode(coldItems, forKey: .coldItems) }
    if features > 0 { try container.encode(features, forKey: .features) }
  }

  private enum CodingKeys: String, CodingKey { case users, items, trainingInteractions, coldItems, features }

  /// Counts that earlier versions did not know are 0.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    users = try container.decode(Int.self, forKey: .users)
    items = try container.decode(Int.self, forKey: .items)
    trainingInteractions = try container.decode(Int.self, forKey: .trainingInteractions)
    coldItems = try container.decodeIfPresent(Int.self, forKey: .coldItems) ?? 0
    features = try container.decodeIfPresent(Int.self, forKey: .features) ?? 0
  }
}
