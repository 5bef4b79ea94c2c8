import Interactions
import NeuralCF
import Plan
import Ranking
import Testing

@Suite struct RankingEvaluationTests {
  private let stream = RandomStream(seed: 4, .evaluationNegatives)

  private func cases(users: Int, items: UInt32, negatives: Int) throws -> EvaluationCases {
    let held = (0..<UInt64(users)).map { stream.index(below: items, at: $0) }
    let drawn = (0..<UInt64(users * negatives)).map { stream.index(below: items, at: 10_000 + $0) }
    return try EvaluationCases(
      users: (0..<UInt32(users)).map { $0 }, items: held, negatives: drawn, negativesPerCase: negatives,
      userCount: users, itemCount: Int(items))
  }

  @Test(arguments: [1, 2, 3, 7, 64])
  func ranksAmongNegativesOnAnyNumberOfThreads(threads: Int) throws {
    let scorer = TableScorer.drawn(users: 50, items: 30)
    let cases = try cases(users: 50, items: 30, negatives: 12)
    var expected = RankTally(topK: 5)
    for index in 0..<50 {
      let (user, positive) = (Int(cases.user(at: index).rawValue), cases.item(at: index).rawValue)
      var rank = 0
      let negatives = cases.negatives(at: index)
      for place in negatives.indices where negatives[place] != positive {
        if scorer.table[user][Int(negatives[place])] >= scorer.table[user][Int(positive)] { rank += 1 }
      }
      expected.record(rank: rank)
    }
    #expect(try RankingEvaluation.sampled(cases, topK: 5, threads: threads) { scorer } == expected)
    #expect(expected.hitRatio(at: 5) > 0 && expected.hitRatio(at: 5) < 1)
  }

  @Test(arguments: [1, 2, 5])
  func ranksAmongTheWholeCatalogue(threads: Int) throws {
    let scorer = TableScorer.drawn(users: 20, items: 40)
    // Users 0 … 19, and 0 … 4 again with a second held-out item.
    let users = (0..<25).map { UInt32($0 % 20) }
    let items = (0..<25).map { stream.index(below: 40, at: UInt64($0)) }
    let cases = try EvaluationCases(
      users: users, items: items, negatives: [], negativesPerCase: 0, userCount: 20, itemCount: 40)
    let validation = try EvaluationCases(
      users: [3, 7], items: [1, 2], negatives: [], negativesPerCase: 0, userCount: 20, itemCount: 40)
    let seenOfUsers = (0..<20).map { user in
      (0..<8).map { stream.index(below: 40, at: UInt64(1000 + user * 8 + $0)) }
    }
    let seen = try InteractionMatrix(itemsOfUsers: seenOfUsers, items: 40)
    var expected = RankTally(topK: 10)
    for (user, positive) in zip(users, items) {
      var known = Set(seenOfUsers[Int(user)])
      for (other, item) in zip(users, items) where other == user { known.insert(item) }
      if user == 3 { known.insert(1) }
      if user == 7 { known.insert(2) }
      known.remove(positive)
      let scores = scorer.table[Int(user)]
      let rank = (0..<UInt32(40)).count {
        $0 != positive && !known.contains($0) && scores[Int($0)] >= scores[Int(positive)]
      }
      expected.record(rank: rank)
    }
    let found = try RankingEvaluation.full(
      cases, seen: seen, alsoHeldOut: validation, topK: 10, threads: threads
    ) { scorer }
    #expect(found == expected)
  }

  @Test func scoresAHeldOutItemAmongTheNegativesOnce() throws {
    let scorer = TableScorer(table: [[0, 3, 2, 1]])
    let cases = try EvaluationCases(
      users: [0], items: [2], negatives: [2, 0, 2, 3], negativesPerCase: 4, userCount: 1, itemCount: 4)
    let tally = try RankingEvaluation.sampled(cases, topK: 3, threads: 1) { scorer }
    #expect(tally.counts == [1, 0, 0])
  }

  @Test func namesTheFirstUserWhoseScoresAreNoNumbers() throws {
    var table = TableScorer.drawn(users: 9, items: 5).table
    table[8][0] = .nan
    table[4][2] = .nan
    let scorer = TableScorer(table: table)
    let cases = try EvaluationCases(
      users: (0..<9).map { $0 }, items: (0..<9).map { _ in 1 }, negatives: (0..<18).map { UInt32($0 % 2) * 2 },
      negativesPerCase: 2, userCount: 9, itemCount: 5)
    for threads in [1, 3, 9] {
      #expect(throws: RankingError(user: Row(4))) {
        try RankingEvaluation.sampled(cases, topK: 3, threads: threads) { scorer }
      }
      let seen = try InteractionMatrix(itemsOfUsers: (0..<9).map { _ in [] }, items: 5)
      #expect(throws: RankingError(user: Row(4))) {
        try RankingEvaluation.full(cases, seen: seen, topK: 3, threads: threads) { scorer }
      }
    }
  }

  @Test func hasNoCasesToRank() throws {
    let cases = try EvaluationCases(
      users: [], items: [], negatives: [], negativesPerCase: 3, userCount: 1, itemCount: 1)
    let tally = try RankingEvaluation.sampled(cases, topK: 2, threads: 4) { TableScorer(table: [[0]]) }
    #expect(tally == RankTally(topK: 2))
  }

  @Test(arguments: ModelKind.allCases)
  func modelsScoreAsTheirScorer(kind: ModelKind) throws {
    let shape = NetworkShape(model: kind, factors: 3, layers: [8, 5, 2])
    func floats(_ count: Int, _ first: UInt64) -> [Float] {
      (0..<UInt64(count)).map { Float(stream.normal(at: first + $0)) }
    }
    let model = RankingModel(
      shape: shape, userRows: floats(4 * shape.rowWidth, 0),
      itemRows: floats(70 * shape.rowWidth, 5000), dense: floats(shape.denseCount, 90_000))
    var scorer = ModelScorer(model)
    var all = [Float](repeating: 0, count: 70)
    var span = all.mutableSpan
    scorer.scoreAll(Row(2), into: &span)
    var plain = Scorer(shape: shape, dense: model.dense.span, itemRows: model.itemRows.span)
    var expected = [Float](repeating: 0, count: 70)
    var expectedSpan = expected.mutableSpan
    plain.scoreAll(
      userRow: model.userRows.span.extracting(2 * shape.rowWidth..<3 * shape.rowWidth), into: &expectedSpan)
    #expect(all == expected)
    let items: [UInt32] = [69, 0, 3, 3]
    var some = [Float](repeating: 0, count: 4)
    var someSpan = some.mutableSpan
    scorer.score(Row(2), items.span, into: &someSpan)
    #expect(some == items.map { all[Int($0)] })
  }
}
