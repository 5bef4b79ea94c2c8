/// How many interactions of each shard a step takes, so that every step is full, every shard advances evenly, and each
/// interaction is taken exactly once. The first `h` taken are those that the divisor method of Webster gives `h` seats
/// (Balinski and Young: "Fair Representation", 1982): shard `s` with `n` interactions is next where `(2c + 1) / n` is
/// least.
package struct BatchSchedule: Sendable, Equatable {
  package let interactions: [Int]
  package let perStep: Int
  package let total: Int

  /// - Parameters:
  ///   - interactions: how many positives each shard still has, `[shards]`
  ///   - perStep: positives per step
  package init(interactions: [Int], perStep: Int) {
    precondition(perStep > 0, "\(perStep) interactions per step")
    self.interactions = interactions
    self.perStep = perStep
    total = interactions.reduce(0, +)
  }

  /// Steps per epoch; the last may be short.
  package var stepCount: Int { (total + perStep - 1) / perStep }

  /// The interactions of a step, all shards together.
  package func taken(in step: Step) -> Int {
    min(total, (Int(step.rawValue) + 1) * perStep) - min(total, Int(step.rawValue) * perStep)
  }

  /// How far each shard has come when `step` begins: `[shards]`.
  package func positions(before step: Step) -> [Int] {
    var counts: [Int] = []
    positions(before: step, into: &counts)
    return counts
  }

  /// The same, in an array that is used again.
  package func positions(before step: Step, into counts: inout [Int]) {
    let seats = min(total, Int(step.rawValue) * perStep)
    counts.removeAll(keepingCapacity: true)
    for count in interactions { counts.append(total > 0 ? (count * seats * 2 + total) / (2 * total) : 0) }
    var sum = counts.reduce(0, +)
    while sum > seats {
      var last = -1
      for shard in counts.indices where counts[shard] > 0 {
        if last < 0 || !precedes(shard, counts[shard] - 1, last, counts[last] - 1) { last = shard }
      }
      counts[last] -= 1
      sum -= 1
    }
    while sum < seats {
      var next = -1
      for shard in counts.indices where counts[shard] < interactions[shard] {
        if next < 0 || precedes(shard, counts[shard], next, counts[next]) { next = shard }
      }
      counts[next] += 1
      sum += 1
    }
  }

  /// Whether a shard's interaction `leftIndex` is taken before another's `rightIndex`; ties go to the lower shard.
  private func precedes(_ left: Int, _ leftIndex: Int, _ right: Int, _ rightIndex: Int) -> Bool {
    let leftKey = (2 * leftIndex + 1) * interactions[right]
    let rightKey = (2 * rightIndex + 1) * interactions[left]
    return leftKey == rightKey ? left < right : leftKey < rightKey
  }
}
