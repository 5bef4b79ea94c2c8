import Interactions
import Plan

/// Draws batches as a straight program would: a user by search, negatives until the user does not know one, distinct
/// rows by sets.
struct PlainSampler {
  private let interactions: InteractionMatrix
  private let negatives: Int
  private let order: [Int]
  private let stream: RandomStream
  private var users: [UInt32] = []
  private var items: [UInt32] = []
  private var targets: [Float] = []
  private(set) var distinctUsers: [UInt32] = []
  private(set) var distinctItems: [UInt32] = []

  init(_ interactions: InteractionMatrix, plan: TrainingPlan) {
    self.interactions = interactions
    negatives = plan.negatives
    stream = RandomStream(seed: plan.seed, .negatives)
    order = Array(0..<interactions.count).shuffled()
  }

  var sampleCount: Int { targets.count }

  @inline(never)
  mutating func draw(_ positions: Range<Int>) {
    users.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    targets.removeAll(keepingCapacity: true)
    for position in positions {
      let interaction = order[position]
      let user = user(of: interaction)
      append(user, interactions.item(at: interaction), 1)
      for negative in 0..<negatives {
        var counter = UInt64(interaction * negatives + negative) &* 64
        var item = Row(rawValue: stream.index(below: UInt32(interactions.items), at: counter))
        while interactions.contains(user: user, item: item) {
          counter += 1
          item = Row(rawValue: stream.index(below: UInt32(interactions.items), at: counter))
        }
        append(user, item, 0)
      }
    }
    distinctUsers = Self.number(&users)
    distinctItems = Self.number(&items)
  }

  private mutating func append(_ user: Row, _ item: Row, _ target: Float) {
    users.append(user.rawValue)
    items.append(item.rawValue)
    targets.append(target)
  }

  private func user(of interaction: Int) -> Row {
    var (low, high) = (0, interactions.users - 1)
    while low < high {
      let middle = (low + high) / 2
      if interactions.range(of: Row(middle)).upperBound <= interaction { low = middle + 1 } else { high = middle }
    }
    return Row(low)
  }

  /// The distinct rows, ascending; each row becomes its place among them.
  private static func number(_ column: inout [UInt32]) -> [UInt32] {
    let distinct = Set(column).sorted()
    let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, UInt32($0)) })
    for index in column.indices { column[index] = places[column[index]] ?? 0 }
    return distinct
  }
}
