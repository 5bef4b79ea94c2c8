import Interactions
import Plan
import Testing

@Suite struct RatingNormalizerTests {
  @Test func meansAreThoseOfTheTrainingRatings() throws {
    // User 1 and item 3 have no ratings.
    let matrix = try InteractionMatrix(itemsOfUsers: [[0, 1], [], [0, 1, 2]], items: 4) { user, item in
      Float(user) + Float(item) / 2 + 1
    }
    var plan = TrainingPlan()
    plan.normalization = .item
    plan.roundRatings = true
    let ratings = try #require(RatingNormalizer(matrix, plan: plan))
    #expect(ratings.userMeans == [1.25, 2.6, 3.5] && ratings.itemMeans == [2, 2.5, 4, 2.6])
    #expect(ratings.userRatings == [2, 0, 3])
    #expect(
      ratings.scheme
        == RatingScheme(
          normalization: .item, mean: 2.6, minimum: 1, maximum: 4, levels: [1, 1.5, 3, 3.5, 4], rounds: true))
  }

  @Test func measurementsHaveNoLevels() throws {
    let matrix = try InteractionMatrix(itemsOfUsers: [Array(0..<300)], items: 300) { _, item in Float(item) / 7 }
    #expect(try #require(RatingNormalizer(matrix, plan: TrainingPlan())).scheme.levels == [])
  }

  @Test func noRatingsAreNone() throws {
    #expect(RatingNormalizer(try InteractionMatrix(itemsOfUsers: [[0]], items: 2), plan: TrainingPlan()) == nil)
  }

  @Test func runsOfUsersCoverTheirRange() throws {
    let rated = try RatedInteractions(
      users: [0, 0, 2, 2, 2, 1, 0], items: [0, 1, 0, 1, 2, 0, 2], ratings: [1, 2, 3, 4, 5, 6, 7], userCount: 3,
      itemCount: 3)
    #expect(rated.runsOfUsers(in: 0..<7) == [0..<2, 2..<5, 5..<6, 6..<7])
    #expect(rated.runsOfUsers(in: 1..<4) == [1..<2, 2..<4] && rated.runsOfUsers(in: 3..<3) == [])
  }
}
