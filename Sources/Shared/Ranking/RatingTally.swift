package import Plan

/// How far predicted ratings are from the true ones. Tallies of parts add up to the tally of the whole, in any order,
/// since they are integers; the measures are computed from the sums.
package struct RatingTally: Sendable, Equatable, Codable {
  /// From the lowest rating to the highest; the unit of the sums is this times 2⁻³², that of squares its square times
  /// 2⁻³².
  package let width: Double
  /// The lowest rating.
  package let minimum: Double
  package private(set) var cases: UInt64
  /// The sums of the absolute and of the squared errors.
  package private(set) var absolute: Int64
  package private(set) var squared: Int64
  /// The sums of the true ratings, counted from the lowest, and of their squares.
  package private(set) var ratings: Int64
  package private(set) var ratingSquares: Int64

  private static let unit = 0x1p-32
  // Limit: a true rating may lie outside the scale of the training, but not by so many times its width.
  private static let farthest = 0x1p10

  package init(_ scheme: RatingScheme) {
    minimum = Double(scheme.minimum)
    width = scheme.maximum > scheme.minimum ? Double(scheme.maximum) - minimum : 1
    (cases, absolute, squared, ratings, ratingSquares) = (0, 0, 0, 0, 0)
  }

  package init(
    minimum: Double, width: Double, cases: UInt64, absolute: Int64, squared: Int64, ratings: Int64, ratingSquares: Int64
  ) {
    self.minimum = minimum
    self.width = width
    self.cases = cases
    self.absolute = absolute
    self.squared = squared
    self.ratings = ratings
    self.ratingSquares = ratingSquares
  }

  /// Whether a tally that was read has errors that can be told.
  package var isWhole: Bool { width > 0 && width.isFinite && minimum.isFinite && absolute >= 0 && squared >= 0 }

  /// Counts a prediction.
  package mutating func record(predicted: Float, actual: Float) {
    let error = (Double(predicted) - Double(actual)) / width
    let rating = (Double(actual) - minimum) / width
    cases += 1
    absolute += Self.units(abs(error))
    squared += Self.units(error * error)
    ratings += Self.units(rating)
    ratingSquares += Self.units(rating * rating)
  }

  private static func units(_ value: Double) -> Int64 {
    Int64((min(max(value, -farthest), farthest) / unit).rounded())
  }

  /// The tally of both parts; their sums cannot overflow, however they came here.
  package static func += (left: inout RatingTally, right: RatingTally) {
    precondition(left.width == right.width, "tallies over \(left.width) and \(right.width)")
    left.cases &+= right.cases
    left.absolute &+= right.absolute
    left.squared &+= right.squared
    left.ratings &+= right.ratings
    left.ratingSquares &+= right.ratingSquares
  }

  /// The mean absolute error; 0 without cases.
  package var mae: Double { cases > 0 ? width * Self.unit * Double(absolute) / Double(cases) : 0 }

  /// The root of the mean squared error; 0 without cases.
  package var rmse: Double { cases > 0 ? width * (Self.unit * Double(squared) / Double(cases)).squareRoot() : 0 }

  /// The share of the ratings' variance that the predictions explain; nil where they do not vary.
  package var r2: Double? {
    guard cases > 0 else { return nil }
    let mean = Self.unit * Double(ratings) / Double(cases)
    let variance = Self.unit * Double(ratingSquares) / Double(cases) - mean * mean
    guard variance > 1e-9 else { return nil }
    return 1 - Self.unit * Double(squared) / Double(cases) / variance
  }
}
