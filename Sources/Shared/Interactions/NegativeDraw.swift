import Plan

/// Draws the fixed negatives of evaluation: distinct, uniform over the items that a user never interacted with. Each
/// user has a stream, so that the draw depends on the seed and the user's own interactions alone.
package struct NegativeDraw {
  /// Which of a user's two sets of negatives.
  package enum Purpose: UInt64, Sendable {
    case test = 0
    case validation = 1
  }

  private let itemCount: Int
  private let seed: UInt64
  private let purpose: Purpose
  /// The last draw for which an item was seen or drawn: `[items]`.
  private var takenIn: [UInt32]
  private var draw: UInt32 = 0

  package init(itemCount: Int, seed: UInt64, purpose: Purpose) {
    self.itemCount = itemCount
    self.seed = seed
    self.purpose = purpose
    takenIn = Array(repeating: 0, count: itemCount)
  }

  /// Appends `count` negatives of a user to `negatives`.
  /// - Parameters:
  ///   - seen: the items of the user's history, and what the user was tested on
  ///   - others: test items that the history lacks
  package mutating func append(
    _ count: Int, user: UInt32, seen: Span<UInt32>, and others: [UInt32] = [], to negatives: inout [UInt32]
  ) {
    draw += 1
    var left = itemCount
    for index in seen.indices { left -= take(seen[index]) }
    for item in others { left -= take(item) }
    precondition(left >= count, "\(count) negatives from \(left) unseen items of user \(user)")
    let stream = RandomStream(seed: seed, .evaluationNegatives, UInt64(user), purpose.rawValue)
    // With half of the catalogue free, every other try succeeds; with less it is cheaper to list what is free.
    if left - count >= itemCount / 2 {
      reject(count, stream, to: &negatives)
    } else {
      shuffle(count, stream, to: &negatives)
    }
  }

  /// Marks an item as taken in this draw; 1 where it was free.
  private mutating func take(_ item: UInt32) -> Int {
    guard takenIn[Int(item)] != draw else { return 0 }
    takenIn[Int(item)] = draw
    return 1
  }

  private mutating func reject(_ count: Int, _ stream: RandomStream, to negatives: inout [UInt32]) {
    var counter: UInt64 = 0
    var missing = count
    while missing > 0 {
      let item = stream.index(below: UInt32(itemCount), at: counter)
      counter += 1
      if take(item) == 0 { continue }
      negatives.append(item)
      missing -= 1
    }
  }

  /// The first `count` of a random order of the free items (Fisher and Yates).
  private func shuffle(_ count: Int, _ stream: RandomStream, to negatives: inout [UInt32]) {
    var free = (0..<UInt32(itemCount)).filter { takenIn[Int($0)] != draw }
    for index in 0..<count {
      free.swapAt(index, index + Int(stream.index(below: UInt32(free.count - index), at: UInt64(index))))
      negatives.append(free[index])
    }
  }
}
