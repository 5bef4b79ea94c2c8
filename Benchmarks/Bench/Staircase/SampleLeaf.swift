import Plan

/// The indices of a leaf as MovieLens 1M would have them: a sixteenth of the users, positives that favour some items,
/// four negatives of all items beside each.
struct SampleLeaf {
  /// Per sample: the places of its user and of its item among the distinct ones.
  private(set) var userOfSample: [UInt32] = []
  private(set) var itemOfSample: [UInt32] = []
  /// The distinct items, ascending.
  private(set) var items: [UInt32] = []
  private(set) var userCount = 0

  static let userLimit: UInt32 = 378
  static let itemLimit: UInt32 = 3706

  init(samples: Int, seed: UInt64 = 1) {
    let stream = RandomStream(seed: seed, .simulation, UInt64(samples))
    var users: [UInt32] = []
    var chosen: [UInt32] = []
    for sample in 0..<samples {
      let counter = UInt64(sample)
      if sample.isMultiple(of: 5) {
        users.append(stream.index(below: Self.userLimit, at: counter))
        let skewed = stream.uniform(at: counter &+ 1_000_000)
        chosen.append(UInt32(skewed * skewed * skewed * Double(Self.itemLimit - 1)))
      } else {
        users.append(users[sample - 1])
        chosen.append(stream.index(below: Self.itemLimit, at: counter))
      }
    }
    let distinctUsers = Set(users).sorted()
    items = Set(chosen).sorted()
    userCount = distinctUsers.count
    userOfSample = users.map { Self.place($0, among: distinctUsers) }
    itemOfSample = chosen.map { Self.place($0, among: items) }
  }

  private static func place(_ row: UInt32, among rows: [UInt32]) -> UInt32 {
    UInt32(rows.firstIndex(of: row) ?? rows.count)
  }
}
