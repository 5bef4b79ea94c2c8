import Glibc
import Plan

/// How active the users of a generated data set are, and which items each interacts with, in order.
struct SyntheticUsers: Sendable {
  private let model: TasteModel
  private let seed: UInt64
  /// How many interactions each user has: `[users]`.
  let counts: [Int]
  /// Items that would otherwise be at risk of never occurring, by user, from
  /// `forcedStart[u]` to `forcedStart[u + 1]`.
  private let forcedStart: [Int]
  private let forcedItems: [UInt32]

  /// What an item's rating has over that of others: `[items]`.
  private let quality: [Double]

  private static let meanOfSuited = 4.3
  private static let ratingPerSuitability = 0.4
  private static let leniencyDeviation = 0.35
  private static let qualityDeviation = 0.4
  private static let noiseDeviation = 0.7
  private static let fewestPerUser = 20
  /// Spread of the logarithm of activity, as in MovieLens 1M.
  private static let activityDeviation = 1.05

  init(model: TasteModel, userCount: Int, interactionCount: Int, seed: UInt64) {
    self.model = model
    self.seed = seed
    counts = Self.counts(
      users: userCount, items: model.catalogue.kinds.count, interactions: interactionCount, seed: seed)
    let qualities = RandomStream(seed: seed, .synthesis, 0, 10)
    quality = model.catalogue.kinds.indices.map { Self.qualityDeviation * qualities.normal(at: UInt64($0)) }
    (forcedStart, forcedItems) = Self.forced(model, counts, interactionCount, seed)
  }

  /// Log-normal activity that adds up exactly, with at least 20 each where there are enough.
  private static func counts(users: Int, items: Int, interactions: Int, seed: UInt64) -> [Int] {
    precondition(
      users > 0 && interactions >= users && interactions <= users * items, "\(interactions) of \(users) × \(items)")
    let fewest = min(fewestPerUser, interactions / users, items)
    // Beyond half of the catalogue a history says little; only where the total asks for it is there more.
    let most = min(items, max(items / 2, (interactions + users - 1) / users))
    let stream = RandomStream(seed: seed, .synthesis, 0, 5)
    let activity = (0..<users).map { exp(activityDeviation * stream.normal(at: UInt64($0))) }
    var counts = [Int](repeating: fewest, count: users)
    var left = interactions - fewest * users
    while left > 0 {
      let open = counts.indices.filter { counts[$0] < most }
      let total = open.reduce(0) { $0 + activity[$1] }
      var given = 0
      for user in open {
        let share = min(most - counts[user], Int(Double(left) * activity[user] / total))
        counts[user] += share
        given += share
      }
      left -= given
      for user in open where given == 0 && left > 0 && counts[user] < most {
        counts[user] += 1
        left -= 1
      }
    }
    return counts
  }

  /// Gives every item to one user whom it suits best among a few, so that it occurs; where there are enough
  /// interactions.
  private static func forced(
    _ model: TasteModel, _ counts: [Int], _ interactions: Int, _ seed: UInt64
  ) -> (start: [Int], items: [UInt32]) {
    let items = model.catalogue.kinds.count
    var start = [Int](repeating: 0, count: counts.count + 1)
    guard interactions >= 4 * items else { return (start, []) }
    let stream = RandomStream(seed: seed, .synthesis, 0, 6)
    var owner = [Int?](repeating: nil, count: items)
    var owned = [Int](repeating: 0, count: counts.count)
    let candidates = 12
    for item in 0..<items {
      var best: (user: Int, suitability: Double)?
      for candidate in 0..<candidates {
        let user = Int(stream.index(below: UInt32(counts.count), at: UInt64(item * candidates + candidate)))
        guard owned[user] * 2 < counts[user] else { continue }
        let suitability = model.suitability(item, model.parts(of: user))
        if suitability > best?.suitability ?? -.infinity { best = (user, suitability) }
      }
      owner[item] = best?.user
      if let best { owned[best.user] += 1 }
    }
    for user in counts.indices { start[user + 1] = start[user] + owned[user] }
    var next = start
    var forced = [UInt32](repeating: 0, count: start[counts.count])
    for (item, owner) in owner.enumerated() {
      guard let owner else { continue }
      forced[next[owner]] = UInt32(item)
      next[owner] += 1
    }
    return (start, forced)
  }

  /// The memory in which one user after another is drawn.
  struct Scratch {
    /// The last draw that each item was part of: `[items]`.
    fileprivate var drawnIn: [UInt32]
    fileprivate var draw: UInt32 = 0
    fileprivate var keys: [(key: Float, item: UInt32)] = []
    /// The user's items, distinct, in the order of time.
    fileprivate(set) var items: [UInt32] = []
    fileprivate(set) var parts: [TasteModel.Part] = []
    /// What the user's ratings have over those of others.
    fileprivate(set) var leniency = 0.0
    init(itemCount: Int) { drawnIn = Array(repeating: 0, count: itemCount) }
  }

  /// Draws the items of a user.
  func draw(_ user: Int, _ scratch: inout Scratch) {
    let stream = RandomStream(seed: seed, .synthesis, UInt64(user) + 1, 7)
    scratch.draw += 1
    let mark = scratch.draw
    scratch.parts = model.parts(of: user)
    scratch.leniency =
      Self.leniencyDeviation * RandomStream(seed: seed, .synthesis, UInt64(user) + 1, 9).normal(at: 0)
    scratch.items.removeAll(keepingCapacity: true)
    for item in forcedItems[forcedStart[user]..<forcedStart[user + 1]] {
      scratch.drawnIn[Int(item)] = mark
      scratch.items.append(item)
    }
    var counter: UInt64 = 0
    // Limit: a user who wants a large part of the catalogue is refused too often; the rest is drawn in one go.
    let mostTries = 16 * UInt64(counts[user]) + 256
    while scratch.items.count < counts[user], counter < mostTries {
      let item = model.draw(scratch.parts, stream.uniform(at: 2 * counter), stream[2 * counter + 1])
      counter += 1
      if scratch.drawnIn[Int(item)] == mark { continue }
      scratch.drawnIn[Int(item)] = mark
      scratch.items.append(item)
    }
    if scratch.items.count < counts[user] { drawRest(user, stream, &scratch) }
    shuffle(&scratch.items, RandomStream(seed: seed, .synthesis, UInt64(user) + 1, 8))
  }

  /// Draws without replacement from all that is left: the smallest of exponential keys (Efraimidis and Spirakis 2006).
  private func drawRest(_ user: Int, _ stream: RandomStream, _ scratch: inout Scratch) {
    scratch.keys.removeAll(keepingCapacity: true)
    for item in scratch.drawnIn.indices where scratch.drawnIn[item] != scratch.draw {
      let uniform = stream.uniform(at: .max - UInt64(item))
      let key = Float(-log(uniform)) / max(.leastNormalMagnitude, model.probability(item, scratch.parts))
      scratch.keys.append((key, UInt32(item)))
    }
    scratch.keys.sort { $0.key == $1.key ? $0.item < $1.item : $0.key < $1.key }
    for entry in scratch.keys.prefix(counts[user] - scratch.items.count) { scratch.items.append(entry.item) }
  }

  /// The last interaction must be like the others, not what was left.
  private func shuffle(_ items: inout [UInt32], _ stream: RandomStream) {
    for index in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(index, Int(stream.index(below: UInt32(index + 1), at: UInt64(index))))
    }
  }

  /// A rating from 1 to 5 that follows how well the item suits the user; `user` is the one drawn last.
  func rating(_ item: UInt32, of user: Int, _ scratch: borrowing Scratch) -> UInt8 {
    let noise = RandomStream(seed: seed, .synthesis, UInt64(user) + 1, 9)
    let suited = Self.meanOfSuited + Self.ratingPerSuitability * model.suitability(Int(item), scratch.parts)
    let rating =
      suited + scratch.leniency + quality[Int(item)] + Self.noiseDeviation * noise.normal(at: UInt64(item) + 1)
    return UInt8(min(5, max(1, rating.rounded())))
  }
}
