import Interactions
import Plan
import Ranking
import Testing

@Suite struct ItemClustersTests {
  /// Items of forty kinds, users who like some of them; rows with noise, and a random network over them.
  static func model(_ kind: ModelKind, users: Int = 60, items: Int = 1200, ratings: RatingNormalizer? = nil)
    -> RankingModel
  {
    let shape = NetworkShape(model: kind, factors: 4, layers: [16, 8, 4])
    let stream = RandomStream(seed: 8, .simulation)
    var next: UInt64 = 0
    func normal() -> Float {
      next += 1
      return Float(stream.normal(at: next))
    }
    let kinds = (0..<40).map { _ in (0..<shape.rowWidth).map { _ in normal() } }
    return RankingModel(
      shape: shape, userRows: (0..<users * shape.rowWidth).map { _ in normal() },
      itemRows: (0..<items).flatMap { item in kinds[item % 40].map { $0 + 0.1 * normal() } },
      dense: (0..<shape.denseCount).map { _ in 0.5 * normal() }, ratings: ratings)
  }

  private func exact(_ model: RankingModel, _ user: Row, _ seen: [UInt32]) -> [RankedItem]? {
    var scorer = ModelScorer(model)
    var scores = [Float](repeating: 0, count: model.itemCount)
    var span = scores.mutableSpan
    scorer.scoreAll(user, into: &span)
    return TopItems.best(10, of: scores.span, excluding: seen.span)
  }

  @Test(arguments: ModelKind.allCases) func findsMostWithAFifthOfTheScores(_ kind: ModelKind) throws {
    let model = Self.model(kind)
    let clusters = ItemClusters(model, clusters: 40, seed: 1)
    let nobodySaw = try InteractionMatrix(
      itemsOfUsers: Array(repeating: [], count: model.userCount), items: model.itemCount)
    let tally = try SearchEvaluation.measure(model, clusters, probing: 6, top: 10, seen: nobodySaw, threads: 2)
    #expect(tally.users == 60 && tally.wanted == 600)
    #expect(tally.recall >= 0.95, "\(kind) \(tally.recall)")
    #expect(tally.scoredShare <= 0.2, "\(kind) \(tally.scoredShare)")
    #expect(try SearchEvaluation.measure(model, clusters, probing: 6, top: 10, seen: nobodySaw, threads: 1) == tally)
    let blind = try SearchEvaluation.measure(model, clusters, probing: 1, top: 10, seen: nobodySaw, threads: 2)
    #expect(blind.recall < tally.recall && blind.scored < tally.scored)
  }

  @Test func allClustersTogetherAreExact() {
    let model = Self.model(.neumf)
    let clusters = ItemClusters(model, clusters: 17, seed: 2)
    #expect(clusters.members.joined().sorted() == Array(0..<1200))
    var search = ClusterSearch(model, clusters)
    for user in 0..<5 {
      let seen = (0..<300).map { UInt32($0 * 4 + user % 4) }
      let found = search.best(10, for: Row(user), probing: 17, excluding: seen.span)
      #expect(found?.ranked == exact(model, Row(user), seen))
      #expect(found?.scored == 17 + 900)
    }
  }

  @Test func looksIntoMoreClustersWhereTheUserHasSeenTheirs() {
    let model = Self.model(.gmf)
    var search = ClusterSearch(model, ItemClusters(model, clusters: 40, seed: 1))
    let seen = (0..<1195).map(UInt32.init)
    let found = search.best(10, for: Row(3), probing: 1, excluding: seen.span)
    #expect(found?.ranked.count == 5)
    #expect(found?.ranked == exact(model, Row(3), seen))
  }

  /// Of a user without ratings nothing is known but what the items are worth.
  @Test func ranksByTheMeansOfItemsForANewUser() {
    let items = 1200
    let ratings = RatingNormalizer(
      scheme: RatingScheme(
        normalization: .item, mean: 3, minimum: 1, maximum: 5, levels: [], rounds: false),
      userMeans: [3, 3], itemMeans: (0..<items).map { Float($0 % 40) / 10 }, userRatings: [0, 9])
    let model = Self.model(.mf, users: 2, items: items, ratings: ratings)
    var search = ClusterSearch(model, ItemClusters(model, clusters: 40, seed: 1))
    let none: [UInt32] = []
    for user in 0..<2 {
      let found = search.best(10, for: Row(user), probing: 8, excluding: none.span)
      let rows = Set(found?.ranked.map(\.row) ?? [])
      #expect(exact(model, Row(user), []).map { $0.count { rows.contains($0.row) } >= 9 } == true)
    }
  }

  @Test func saysThatScoresAreNoNumbers() {
    let model = RankingModel(
      shape: NetworkShape(model: .gmf, factors: 1, layers: [2]), userRows: [1], itemRows: [.nan, 1, 2],
      dense: [1, 0])
    var search = ClusterSearch(model, ItemClusters(model, clusters: 2, seed: 1))
    let none: [UInt32] = []
    #expect(search.best(1, for: Row(0), probing: 2, excluding: none.span) == nil)
  }
}

@Suite struct UserClustersTests {
  /// Users who like either the even items or the odd ones.
  @Test func groupsUsersByTaste() throws {
    let shape = NetworkShape(model: .gmf, factors: 2, layers: [2])
    let users: [Float] = (0..<30).flatMap { (user: Int) -> [Float] in user % 3 == 0 ? [1, 0] : [0, 1] }
    let items: [Float] = (0..<20).flatMap { (item: Int) -> [Float] in
      item % 2 == 0 ? [1 + Float(item), 0] : [0, 1 + Float(item)]
    }
    let model = RankingModel(shape: shape, userRows: users, itemRows: items, dense: [1, 1, 0])
    let groups = try #require(UserClusters(model, clusters: 2, top: 3, seed: 1))
    let found = groups.clusters
    #expect(found.map(\.users.count) == [20, 10])
    #expect(found[1].users == (0..<10).map { UInt32(3 * $0) })
    #expect(found[0].top.map(\.row) == [Row(19), Row(17), Row(15)])
    #expect(found[1].top.map(\.row) == [Row(18), Row(16), Row(14)])
    #expect(found[0].top[0].score == 20 && found[1].top[0].score == 19)
  }

  /// All factors are 0, so that a rating is what was taken off it.
  @Test(
    arguments: [(.none, 0), (.global, 3), (.user, 2.5), (.item, 4)] as [(RatingNormalization, Float)])
  func scoresAreRatingsWhereRatingsWereLearnt(normalization: RatingNormalization, rating: Float) throws {
    let ratings = RatingNormalizer(
      scheme: RatingScheme(normalization: normalization, mean: 3, minimum: 1, maximum: 5, levels: [], rounds: false),
      userMeans: [2, 3], itemMeans: [4, 2], userRatings: [5, 5])
    let model = RankingModel(
      shape: NetworkShape(model: .mf, factors: 1, layers: []), userRows: [0, 0, 0, 0], itemRows: [0, 0, 0, 0],
      dense: [0], ratings: ratings)
    let groups = try #require(UserClusters(model, clusters: 1, top: 1, seed: 1))
    #expect(groups.clusters[0].top == [RankedItem(row: Row(0), score: rating)])
  }
}
