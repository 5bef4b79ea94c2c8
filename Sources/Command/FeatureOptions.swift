import ArgumentParser
import Datasets

/// What items are described by.
struct FeatureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Columns of --items that become features, NAME:KIND,…, where KIND is multi (values between | or commas), \
      words (those of a title that several items have), category or number. movies.dat and u.item have genres, and \
      all have a title and its year.
      """, valueName: "name:kind,…"))
  var features: String?
  @Flag(help: "Items of --items that nobody interacted with are there, too, known by their features.")
  var coldItems = false

  func fields() throws -> [FeatureField] {
    guard let features else { return [] }
    return try FeatureField.list(features)
  }
}

/// Which interactions are read, and how.
struct ChoiceOptions: ParsableArguments {
  @Option(help: "Read only so many lines of interactions.") var lines: Int?
  @Option(help: "Pass over interactions with a lower rating.") var minimumRating: Float?
  @Option(help: "Divide ratings by this.") var divideRatings: Float = 1
  @Option(
    name: .customLong("require"),
    help: ArgumentHelp(
      "Pass over interactions with items that have no value in these features.", valueName: "name,…"))
  var required: String?

  func apply(to options: inout PreparationOptions) {
    options.lines = lines
    options.minimumRating = minimumRating
    options.ratingDivisor = divideRatings
    options.requiredFeatures = required.map { $0.split(separator: ",").map(String.init) } ?? []
  }
}
