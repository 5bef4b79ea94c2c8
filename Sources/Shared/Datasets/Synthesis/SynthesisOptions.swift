/// What data set to generate, and where to.
package struct SynthesisOptions: Sendable, Equatable {
  /// The formats that can be written.
  package enum Format: String, Sendable, CaseIterable {
    /// `ratings.dat` and `movies.dat`, as MovieLens 1M.
    case movielens
    /// `combined_data_1.txt` to `4` and `movie_titles.csv`, as the Netflix Prize.
    case netflix
  }

  package var users: Int
  package var items: Int
  package var interactions: Int
  package var seed: UInt64
  package var format: Format
  package var output: String

  package init(users: Int, items: Int, interactions: Int, seed: UInt64, format: Format, output: String) {
    self.users = users
    self.items = items
    self.interactions = interactions
    self.seed = seed
    self.format = format
    self.output = output
  }

  /// Limit: ids and places are 32-bit numbers; ten times the largest public data sets.
  private static let mostUsers = 100_000_000
  /// Limit: 37 distributions over the items are held in memory, 12 bytes an item each.
  private static let mostItems = 5_000_000

  /// Throws when no data set has these numbers; nothing is written.
  package func validate() throws(DatasetError) {
    func check(_ holds: Bool, _ option: String, _ problem: String, _ hint: String) throws(DatasetError) {
      guard holds else { throw DatasetError(.unfit, path: option, problem, hint: hint) }
    }
    try check((1...Self.mostUsers).contains(users), "--users", "\(users)", "1 to \(Self.mostUsers)")
    try check((2...Self.mostItems).contains(items), "--items", "\(items)", "2 to \(Self.mostItems)")
    try check(
      interactions >= users, "--interactions", "\(interactions) for \(users) users", "at least one for each user")
    try check(
      interactions <= users * items, "--interactions", "\(interactions) of \(users) users and \(items) items",
      "at most \(users * items), since each pair occurs once")
  }
}
