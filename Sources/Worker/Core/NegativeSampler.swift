package import Interactions
package import Plan

/// Draws, for each positive of an epoch, items that its user has not interacted with in training. The draws depend on
/// seed, epoch and the positive's place in the data alone, so that any worker draws the same ones, at any time.
package struct NegativeSampler: Sendable {
  private let interactions: InteractionIndex
  private let stream: RandomStream
  private let items: UInt32
  private let perPositive: Int

  // Limit: a user would have to know all but one in a thousand items for 64 draws to miss more often than one time in
  // fifteen; then the next free item is taken instead.
  private static let attempts: UInt64 = 64

  package init(interactions: InteractionIndex, items: Int, plan: TrainingPlan, epoch: Epoch) {
    self.interactions = interactions
    stream = RandomStream(seed: plan.seed, .negatives, UInt64(epoch.rawValue))
    self.items = UInt32(items)
    perPositive = plan.negatives
  }

  /// What is drawn first for the `index`-th negative of an interaction. It stands unless the user may know it.
  @inline(__always)
  func candidate(_ index: Int, ofInteraction interaction: Int) -> Row {
    Row(rawValue: stream.index(below: items, at: counter(index, interaction)))
  }

  /// The `index`-th negative of an interaction.
  package func negative(_ index: Int, ofInteraction interaction: Int, user: Row) -> Row {
    let counter = counter(index, interaction)
    for attempt in 0..<Self.attempts {
      let item = Row(rawValue: stream.index(below: items, at: counter &+ attempt))
      if !interactions.contains(user: user, item: item) { return item }
    }
    return nextFree(after: Row(rawValue: stream.index(below: items, at: counter)), user: user)
  }

  @inline(__always)
  private func counter(_ index: Int, _ interaction: Int) -> UInt64 {
    (UInt64(interaction) &* UInt64(perPositive) &+ UInt64(index)) &* Self.attempts
  }

  /// The first item from a random one onwards that the user does not know.
  private func nextFree(after start: Row, user: Row) -> Row {
    var item = start
    while interactions.contains(user: user, item: item) {
      item = Row(rawValue: item.rawValue + 1 == items ? 0 : item.rawValue + 1)
      precondition(item != start, "user \(user) has interacted with all \(items) items")
    }
    return item
  }
}
