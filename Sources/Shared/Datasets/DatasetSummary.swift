package import Plan

/// A file that a data set was read from.
package struct DatasetSource: Sendable, Equatable, Codable {
  package let path: String
  package let byteCount: Int
}

/// The lowest and the highest rating of a data set.
package struct RatingScale: Sendable, Equatable, Codable {
  package let minimum: Float
  package let maximum: Float
}

/// Where prepared data comes from.
package struct Provenance: Sendable, Equatable, Codable {
  package let format: String
  package let sources: [DatasetSource]
  package let split: String
  package let seed: UInt64
  package let minimumInteractions: Int
}

/// What prepared data holds; the container's header.
package struct DatasetSummary: Sendable, Equatable, Codable {
  package let users: Int
  package let items: Int
  /// Validation included.
  package let trainingInteractions: Int
  package let testCases: Int
  package let validationCases: Int
  /// Negatives per case of the test, and of the validation, which differ where the files bring the test.
  package let testNegatives: Int
  package let validationNegatives: Int
  /// Interactions that a rating model is measured on; 0 without ratings.
  package let testRatings: Int
  package let ratingScale: RatingScale?
  /// Lines of training files that were interactions, duplicates and dropped users included.
  package let interactionsRead: Int
  package let titledItems: Int
  /// Interactions that gave way to a later one of the same user and item.
  package let duplicates: Int
  package let malformedLines: Int
  /// Users with fewer unseen items than the negatives that a case needs.
  package let usersWithoutNegatives: Int
  /// Users whose interactions are all held out.
  package let usersWithoutTraining: Int
  package let provenance: Provenance
  /// The last of the items, with which nobody interacted; nil is none.
  package let coldItems: Int?
  /// The fields of the items' features; nil where they have none.
  package let features: [FeatureSummary]?

  package var size: ProblemSize {
    ProblemSize(users: users, items: items, trainingInteractions: trainingInteractions)
  }
}
