/// What is taken off a rating before it is learnt, and added to a score to make a rating.
package enum RatingNormalization: String, Codable, Sendable, CaseIterable {
  /// Nothing.
  case none
  /// The mean of all training ratings.
  case global
  /// The mean of the user's training ratings.
  case user
  /// The mean of the item's training ratings.
  case item
}

/// The ratings of a training as a whole: their scale, and how a prediction is brought to it.
package struct RatingScheme: Codable, Sendable, Equatable {
  package let normalization: RatingNormalization
  /// Of all training ratings.
  package let mean: Float
  /// The lowest and the highest training rating.
  package let minimum: Float
  package let maximum: Float
  /// All ratings that occur, ascending; empty where they are more than can be told apart as levels.
  package let levels: [Float]
  /// Whether predictions are rounded to the nearest level.
  package var rounds: Bool

  // Limit: ratings of more than 256 values are measurements, not levels.
  package static let mostLevels = 256

  package init(
    normalization: RatingNormalization, mean: Float, minimum: Float, maximum: Float, levels: [Float], rounds: Bool
  ) {
    self.normalization = normalization
    self.mean = mean
    self.minimum = minimum
    self.maximum = maximum
    self.levels = levels
    self.rounds = rounds
  }

  /// The rating that is predicted where `expected` came out: within the scale, and on a level where that is asked for.
  /// What is not a number stays so.
  package func presented(_ expected: Float) -> Float {
    guard expected == expected else { return expected }
    let clipped = min(max(expected, minimum), maximum)
    guard rounds, var nearest = levels.first else { return clipped }
    for level in levels where abs(level - clipped) < abs(nearest - clipped) { nearest = level }
    return nearest
  }
}

/// What the scores of a rating model stand for: a rating is the score and the mean that was taken off it.
package struct RatingNormalizer: Sendable, Equatable {
  package var scheme: RatingScheme
  /// The means of each user's and each item's training ratings, `[users]` and `[items]`; the mean of all where there
  /// are none.
  package let userMeans: [Float]
  package let itemMeans: [Float]
  /// How many training ratings each user has: `[users]`.
  package let userRatings: [Float]

  package init(scheme: RatingScheme, userMeans: [Float], itemMeans: [Float], userRatings: [Float]) {
    precondition(userMeans.count == userRatings.count, "\(userMeans.count) means of \(userRatings.count) users")
    self.scheme = scheme
    self.userMeans = userMeans
    self.itemMeans = itemMeans
    self.userRatings = userRatings
  }

  /// What is taken off a rating of the user for the item.
  @inline(__always)
  package func mean(user: Row, item: Row) -> Float {
    switch scheme.normalization {
    case .none: 0
    case .global: scheme.mean
    case .user: userMeans[Int(user.rawValue)]
    case .item: itemMeans[Int(item.rawValue)]
    }
  }

  /// The rating that a score means, not yet brought to the scale. Of a user without ratings nothing was learnt; there
  /// it is the item's mean.
  package func expected(_ score: Float, user: Row, item: Row) -> Float {
    userRatings[Int(user.rawValue)] == 0 ? itemMeans[Int(item.rawValue)] : score + mean(user: user, item: item)
  }
}
