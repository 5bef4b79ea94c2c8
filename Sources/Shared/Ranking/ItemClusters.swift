import NeuralCF
package import Plan

/// Items that a model takes for alike in clusters, so that a search need not score them all: a cluster is known by the
/// mean of its items' rows, which the model scores like an item.
package struct ItemClusters: Sendable {
  /// The items of each cluster, ascending.
  package let members: [[UInt32]]
  /// `[clusters × rowWidth]`
  let meanRows: [Float]
  /// The mean of the items' mean ratings, of a model of ratings: `[clusters]`.
  let meanRatings: [Float]

  /// As many clusters as a cluster has items: then naming the clusters costs as much as looking into one.
  package static func customaryCount(items: Int) -> Int { max(1, Int(Double(items).squareRoot().rounded())) }

  package init(_ model: RankingModel, clusters: Int, seed: UInt64) {
    let (values, width) = RowSides.values(
      of: .item, rows: model.itemRows.span, others: model.userRows.span, shape: model.shape, dense: model.dense.span)
    let members = KMeans(points: values.span, width: width, clusters: clusters, seed: seed).members
    self.members = members
    meanRows = members.flatMap { meanRow(of: $0, in: model.itemRows, width: model.shape.rowWidth) }
    meanRatings =
      model.ratings.map { ratings in
        members.map { items in
          Float(items.reduce(0) { $0 + Double(ratings.itemMeans[Int($1)]) } / Double(items.count))
        }
      } ?? []
  }

  package var count: Int { members.count }
}

/// The mean of some rows of a table.
func meanRow(of members: [UInt32], in rows: [Float], width: Int) -> [Float] {
  var sums = [Double](repeating: 0, count: width)
  for row in members {
    for column in 0..<width { sums[column] += Double(rows[Int(row) * width + column]) }
  }
  return sums.map { Float($0 / Double(members.count)) }
}

/// What a search through some clusters found.
package struct ProbedItems: Sendable, Equatable {
  /// The best first.
  package let ranked: [RankedItem]
  /// Scores that were computed, those of the clusters included.
  package let scored: Int
  /// Clusters that were looked into.
  package let probed: Int
}

/// Finds a user's best items in the clusters that score best. One per thread.
package struct ClusterSearch: ~Copyable {
  private let model: RankingModel
  private let clusters: ItemClusters
  private var clusterScorer: Scorer
  private var itemScorer: ModelScorer
  private var clusterScores: [Float]
  private var candidates: [UInt32] = []
  private var scores: [Float] = []

  package init(_ model: RankingModel, _ clusters: ItemClusters) {
    self.model = model
    self.clusters = clusters
    clusterScorer = Scorer(shape: model.shape, dense: model.dense.span, itemRows: clusters.meanRows.span)
    itemScorer = ModelScorer(model)
    clusterScores = [Float](repeating: 0, count: clusters.count)
  }

  /// The best items of the `probes` best clusters, without those of `excluded`, which ascend; more clusters where these
  /// hold too few items. nil where a score is NaN.
  package mutating func best(
    _ limit: Int, for user: Row, probing probes: Int, excluding excluded: Span<UInt32>
  ) -> ProbedItems? {
    guard let order = rankedClusters(for: user) else { return nil }
    candidates.removeAll(keepingCapacity: true)
    var probed = 0
    var scored = clusters.count
    for cluster in order {
      guard probed < probes || candidates.count < limit else { break }
      probed += 1
      append(clusters.members[Int(cluster.row.rawValue)], excluding: excluded)
    }
    scored += candidates.count
    while scores.count < candidates.count { scores.append(0) }
    itemScorer.score(user, candidates, into: &scores)
    var top = TopItems(limit: limit)
    for (place, item) in candidates.enumerated() {
      guard scores[place] == scores[place] else { return nil }
      top.offer(RankedItem(row: Row(rawValue: item), score: scores[place]))
    }
    return ProbedItems(ranked: top.ranked, scored: scored, probed: probed)
  }

  private mutating func rankedClusters(for user: Row) -> [RankedItem]? {
    let width = model.shape.rowWidth
    let rows = model.userRows
    Self.scoreAll(
      &clusterScorer, rows.span.extracting(Int(user.rawValue) * width..<(Int(user.rawValue) + 1) * width),
      &clusterScores)
    for cluster in clusterScores.indices {
      guard let ratings = model.ratings else { break }
      let mean = clusters.meanRatings[cluster]
      if ratings.userRatings[Int(user.rawValue)] == 0 {
        clusterScores[cluster] = mean
      } else if ratings.scheme.normalization == .item {
        clusterScores[cluster] += mean
      }
    }
    let none: [UInt32] = []
    return TopItems.best(clusters.count, of: clusterScores.span, excluding: none.span)
  }

  private mutating func append(_ items: [UInt32], excluding excluded: Span<UInt32>) {
    var next = 0
    for item in items {
      while next < excluded.count, excluded[next] < item { next += 1 }
      if next < excluded.count, excluded[next] == item { continue }
      candidates.append(item)
    }
  }

  private static func scoreAll(_ scorer: inout Scorer, _ userRow: Span<Float>, _ scores: inout [Float]) {
    var span = scores.mutableSpan
    scorer.scoreAll(userRow: userRow, into: &span)
  }
}
