import Interactions
import Plan
import Ranking
import Testing

@Suite struct RatingTallyTests {
  private let scheme = RatingScheme(
    normalization: .global, mean: 3, minimum: 1, maximum: 5, levels: [1, 2, 3, 4, 5], rounds: false)

  @Test func measuresAreThoseOfTheFormulas() throws {
    var tally = RatingTally(scheme)
    for (predicted, actual) in [(3.5, 4), (2, 2), (4.75, 1), (1.25, 3)] as [(Float, Float)] {
      tally.record(predicted: predicted, actual: actual)
    }
    let squares = 0.25 + 0 + 3.75 * 3.75 + 1.75 * 1.75
    #expect(abs(tally.mae - (0.5 + 3.75 + 1.75) / 4) < 1e-9)
    #expect(abs(tally.rmse - (squares / 4).squareRoot()) < 1e-9)
    // The true ratings 4, 2, 1, 3 have the variance 5/4.
    #expect(abs(try #require(tally.r2) - (1 - squares / 5)) < 1e-9)
  }

  @Test func partsAddUpInAnyOrder() {
    let stream = RandomStream(seed: 4, .simulation)
    let parts = (0..<9 as Range<UInt64>).map { part in
      var tally = RatingTally(scheme)
      for index in 0..<50 as Range<UInt64> {
        tally.record(
          predicted: Float(1 + 4 * stream.uniform(at: part * 100 + index)),
          actual: Float(1 + stream.index(below: 5, at: part * 100 + 50 + index)))
      }
      return tally
    }
    func sum(_ order: [RatingTally]) -> RatingTally { order.reduce(into: RatingTally(scheme)) { $0 += $1 } }
    #expect(sum(parts) == sum(parts.reversed()))
    #expect(sum(parts).cases == 450)
  }

  @Test func aConstantExplainsNothingAndConstantsHaveNothingToExplain() {
    var tally = RatingTally(scheme)
    for actual in [1, 2, 3, 4, 5] as [Float] { tally.record(predicted: 3, actual: actual) }
    #expect(abs((tally.r2 ?? .nan)) < 1e-9)
    var even = RatingTally(scheme)
    for _ in 0..<5 { even.record(predicted: 3, actual: 4) }
    #expect(even.r2 == nil && abs(even.rmse - 1) < 1e-9)
    #expect(RatingTally(scheme).r2 == nil && RatingTally(scheme).rmse == 0)
  }

  /// Ratings far outside the scale are counted without overflow.
  @Test func absurdRatingsDoNotTrap() {
    var tally = RatingTally(scheme)
    for actual in [1e30, -1e30, .greatestFiniteMagnitude] as [Float] { tally.record(predicted: 3, actual: actual) }
    #expect(tally.cases == 3 && tally.rmse > 100)
  }

  @Test(arguments: [1, 2, 5]) func evaluationComparesWhatTheModelExpects(threads: Int) throws {
    // MF with one factor of 0: the score is the user's bias and the item's.
    let shape = NetworkShape(model: .mf, factors: 1, layers: [])
    let ratings = RatingNormalizer(
      scheme: scheme, userMeans: [3, 3], itemMeans: [2, 4], userRatings: [7, 0])
    let model = RankingModel(
      shape: shape, userRows: [0, 0.5, 0, 9], itemRows: [0, 0.25, 0, 3], dense: [0], ratings: ratings)
    let rated = try RatedInteractions(
      users: [0, 0, 1], items: [0, 1, 1], ratings: [4, 5, 3.5], userCount: 2, itemCount: 2)
    let tally = try RatingEvaluation.measure(rated, scheme: scheme, threads: threads) { ModelScorer(model) }
    // 3 + 0.75 for 4, 3 + 3.5 clipped to 5, and the item's mean of 4 for 3.5.
    #expect(abs(tally.mae - 0.75 / 3) < 1e-6 && tally.cases == 3)
  }

  @Test func aDivergedModelIsNamed() throws {
    let shape = NetworkShape(model: .mf, factors: 1, layers: [])
    let ratings = RatingNormalizer(scheme: scheme, userMeans: [3], itemMeans: [2], userRatings: [7])
    let model = RankingModel(shape: shape, userRows: [0, .nan], itemRows: [0, 0], dense: [0], ratings: ratings)
    let rated = try RatedInteractions(users: [0], items: [0], ratings: [4], userCount: 1, itemCount: 1)
    #expect(throws: RankingError(user: Row(0))) {
      try RatingEvaluation.measure(rated, scheme: scheme, threads: 1) { ModelScorer(model) }
    }
  }
}
