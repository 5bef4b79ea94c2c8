package import Interactions
import NeuralCF
package import Plan

/// What gives items scores for a user: higher is better, and only the order counts.
package protocol ItemScorer: ~Copyable, SendableMetatype {
  var itemCount: Int { get }
  /// The scores of some items, `[items.count]`.
  @_lifetime(scores: copy scores)
  mutating func score(_ user: Row, _ items: Span<UInt32>, into scores: inout MutableSpan<Float>)
  /// The scores of all items, `[itemCount]`.
  @_lifetime(scores: copy scores)
  mutating func scoreAll(_ user: Row, into scores: inout MutableSpan<Float>)
}

extension ItemScorer where Self: ~Copyable {
  /// The scores of some items, at the front of an array.
  mutating func score(_ user: Row, _ items: [UInt32], into scores: inout [Float]) {
    var all = scores.mutableSpan
    var span = all._mutatingExtracting(0..<items.count)
    score(user, items.span, into: &span)
  }

  /// The scores of all items.
  mutating func scoreAll(_ user: Row, into scores: inout [Float]) {
    var span = scores.mutableSpan
    scoreAll(user, into: &span)
  }
}

/// A trained model's parameters in canonical form, and what they mean.
package struct RankingModel: Sendable {
  package let shape: NetworkShape
  /// `[users × rowWidth]`
  package let userRows: [Float]
  /// `[items × rowWidth]`
  package let itemRows: [Float]
  /// `[denseCount]`
  package let dense: [Float]
  /// What scores stand for, where the model predicts ratings.
  package let ratings: RatingNormalizer?

  package init(
    shape: NetworkShape, userRows: [Float], itemRows: [Float], dense: [Float], ratings: RatingNormalizer? = nil
  ) {
    self.ratings = ratings
    precondition(userRows.count.isMultiple(of: shape.rowWidth), "\(userRows.count) floats in rows of \(shape.rowWidth)")
    precondition(itemRows.count.isMultiple(of: shape.rowWidth), "\(itemRows.count) floats in rows of \(shape.rowWidth)")
    precondition(dense.count == shape.denseCount, "\(dense.count) dense weights of \(shape.denseCount)")
    self.shape = shape
    self.userRows = userRows
    self.itemRows = itemRows
    self.dense = dense
  }

  package var userCount: Int { userRows.count / shape.rowWidth }
  package var itemCount: Int { itemRows.count / shape.rowWidth }
}

/// Scores by a model's logits, or by the ratings that it expects, not yet brought to their scale.
package struct ModelScorer: ~Copyable, ItemScorer {
  private let model: RankingModel
  private var scorer: Scorer

  package init(_ model: RankingModel) {
    self.model = model
    scorer = Scorer(
      shape: model.shape, dense: model.dense.span, itemRows: model.itemRows.span)
  }

  package var itemCount: Int { model.itemCount }

  @_lifetime(scores: copy scores)
  package mutating func score(_ user: Row, _ items: Span<UInt32>, into scores: inout MutableSpan<Float>) {
    let userRows = model.userRows
    scorer.score(userRow: userRows.span.extracting(range(of: user)), items: items, into: &scores)
    guard let ratings = model.ratings else { return }
    for index in items.indices {
      scores[index] = ratings.expected(scores[index], user: user, item: Row(rawValue: items[index]))
    }
  }

  @_lifetime(scores: copy scores)
  package mutating func scoreAll(_ user: Row, into scores: inout MutableSpan<Float>) {
    let userRows = model.userRows
    scorer.scoreAll(userRow: userRows.span.extracting(range(of: user)), into: &scores)
    guard let ratings = model.ratings else { return }
    for item in scores.indices { scores[item] = ratings.expected(scores[item], user: user, item: Row(item)) }
  }

  private func range(of user: Row) -> Range<Int> {
    let width = model.shape.rowWidth
    precondition(Int(user.rawValue) < model.userCount, "user \(user) of \(model.userCount)")
    return Int(user.rawValue) * width..<(Int(user.rawValue) + 1) * width
  }
}

/// The baseline that knows no user: an item's score is how often it was interacted with in training.
package struct PopularityScorer: ItemScorer, Sendable {
  // Limit: counts are exact in single precision up to 2²⁴, which no item of a public data set comes near.
  private let counts: [Float]

  package init(_ training: InteractionMatrix) {
    var counts = [Float](repeating: 0, count: training.items)
    for index in 0..<training.count { counts[Int(training.item(at: index).rawValue)] += 1 }
    self.counts = counts
  }

  package var itemCount: Int { counts.count }

  @_lifetime(scores: copy scores)
  package mutating func score(_ user: Row, _ items: Span<UInt32>, into scores: inout MutableSpan<Float>) {
    for index in items.indices { scores[index] = counts[Int(items[index])] }
  }

  @_lifetime(scores: copy scores)
  package mutating func scoreAll(_ user: Row, into scores: inout MutableSpan<Float>) {
    for index in counts.indices { scores[index] = counts[index] }
  }
}
