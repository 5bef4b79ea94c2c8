import Plan
import Testing

@Suite struct RatingSchemeTests {
  private func scheme(_ normalization: RatingNormalization = .global, rounds: Bool = false) -> RatingScheme {
    RatingScheme(
      normalization: normalization, mean: 3.25, minimum: 1, maximum: 5, levels: [1, 2, 3, 4, 5], rounds: rounds)
  }

  @Test func predictionsStayWithinTheScale() {
    let scheme = scheme()
    #expect([-7, 0.9, 1, 3.3, 5, 5.1, .infinity].map(scheme.presented) == [1, 1, 1, 3.3, 5, 5, 5])
    #expect(scheme.presented(.nan).isNaN, "a diverged model must not look like a bad one")
  }

  @Test func predictionsAreRoundedToTheNearestLevel() {
    var scheme = scheme(rounds: true)
    #expect([-7, 1.4, 1.6, 3.49, 3.51, 5.1].map(scheme.presented) == [1, 1, 2, 3, 4, 5])
    scheme = RatingScheme(normalization: .none, mean: 2, minimum: 0.5, maximum: 3.7, levels: [], rounds: true)
    #expect(scheme.presented(1.234) == 1.234, "there are no levels to round to")
  }

  @Test(
    arguments: [(.none, 0), (.global, 3.25), (.user, 2.5), (.item, 4.5)] as [(RatingNormalization, Float)])
  func aScoreIsAddedToTheMeanThatWasTakenOff(_ normalization: RatingNormalization, _ mean: Float) {
    let ratings = RatingNormalizer(
      scheme: scheme(normalization), userMeans: [3.25, 2.5], itemMeans: [2, 3.25, 4.5], userRatings: [0, 4])
    #expect(ratings.mean(user: Row(1), item: Row(2)) == mean)
    #expect(ratings.expected(0.25, user: Row(1), item: Row(2)) == mean + 0.25)
    // Of user 0 nothing was learnt.
    #expect((0..<3).map { ratings.expected(99, user: Row(0), item: Row($0)) } == [2, 3.25, 4.5])
  }
}
