import NeuralCF
import Plan

/// Users that a model takes for alike, and what their like is given.
package struct UserClusters: Sendable {
  package struct Cluster: Sendable {
    /// Ascending.
    package let users: [UInt32]
    /// The best items of the mean of their rows; for a model of ratings the scores are ratings.
    package let top: [RankedItem]
  }

  /// The largest first.
  package let clusters: [Cluster]

  /// nil where the model's values are no numbers.
  package init?(_ model: RankingModel, clusters: Int, top limit: Int, seed: UInt64) {
    let (values, width) = RowSides.values(
      of: .user, rows: model.userRows.span, others: model.itemRows.span, shape: model.shape, dense: model.dense.span)
    var scorer = Scorer(shape: model.shape, dense: model.dense.span, itemRows: model.itemRows.span)
    var scores = [Float](repeating: 0, count: model.itemCount)
    let none: [UInt32] = []
    var found: [Cluster] = []
    for users in KMeans(points: values.span, width: width, clusters: clusters, seed: seed).members {
      Self.score(&scorer, meanRow(of: users, in: model.userRows, width: model.shape.rowWidth), &scores)
      if let ratings = model.ratings { Self.rate(users, ratings, &scores) }
      guard let top = TopItems.best(limit, of: scores.span, excluding: none.span) else { return nil }
      found.append(Cluster(users: users, top: top))
    }
    self.clusters = found.sorted { ($1.users.count, $0.users[0]) < ($0.users.count, $1.users[0]) }
  }

  private static func score(_ scorer: inout Scorer, _ row: [Float], _ scores: inout [Float]) {
    var span = scores.mutableSpan
    scorer.scoreAll(userRow: row.span, into: &span)
  }

  /// Adds what was taken off the ratings that the scores stand for.
  private static func rate(_ users: [UInt32], _ ratings: RatingNormalizer, _ scores: inout [Float]) {
    let mean: Float =
      switch ratings.scheme.normalization {
      case .none, .item: 0
      case .global: ratings.scheme.mean
      case .user: Float(users.reduce(0) { $0 + Double(ratings.userMeans[Int($1)]) } / Double(users.count))
      }
    for item in scores.indices {
      scores[item] += ratings.scheme.normalization == .item ? ratings.itemMeans[item] : mean
    }
  }
}
