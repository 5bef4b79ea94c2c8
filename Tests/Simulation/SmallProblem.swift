package import Interactions
package import Plan

/// A data set of a few users, drawn from a seed: enough for every message of a job, small enough for thousands of jobs.
package enum SmallProblem {
  package static func interactions(users: Int = 40, items: Int = 30, seed: UInt64 = 1) throws -> InteractionMatrix {
    let stream = RandomStream(seed: seed, .synthesis)
    // Each user knows between an eighth and a half of the items, more often the early ones.
    let rows = (0..<users).map { user in
      (0..<UInt32(items)).filter { item in
        stream.uniform(at: UInt64(user * items) + UInt64(item)) < 0.5 - 0.37 * Double(item) / Double(items)
      }
    }
    return try InteractionMatrix(itemsOfUsers: rows, items: items) { user, item in rating(user, item) }
  }

  /// Half stars from 0.5 to 5, of which user and item each decide a part.
  private static func rating(_ user: Int, _ item: UInt32) -> Float {
    Float(1 + user % 5 + Int(item % 6)) / 2
  }

  /// Each item has one or two of five kinds, and a number.
  package static func features(items: Int = 30) throws -> ItemFeatures {
    var (offsets, features, weights) = ([UInt32(0)], [UInt32](), [Float]())
    for item in 0..<UInt32(items) {
      features += item % 4 == 0 ? [item % 5, 5] : [item % 5, (item + 1) % 5, 5]
      weights += item % 4 == 0 ? [1, -0.5] : [0.7, 0.7, Float(item) / Float(items)]
      offsets.append(UInt32(features.count))
    }
    return try ItemFeatures(offsets: offsets, features: features, weights: weights, count: 6)
  }

  /// For each user the rating of one item that it has not rated in training.
  package static func rated(of interactions: InteractionMatrix) throws -> RatedInteractions {
    let cases = try cases(of: interactions)
    let users = (0..<cases.count).map { cases.user(at: $0).rawValue }
    let items = (0..<cases.count).map { cases.item(at: $0).rawValue }
    return try RatedInteractions(
      users: users, items: items, ratings: zip(users, items).map { rating(Int($0), $1) },
      userCount: interactions.users, itemCount: interactions.items)
  }

  /// For each user one item that it does not know, and ten others.
  package static func cases(of interactions: InteractionMatrix, seed: UInt64 = 1) throws -> EvaluationCases {
    let stream = RandomStream(seed: seed, .evaluationNegatives)
    var users: [UInt32] = []
    var held: [UInt32] = []
    var negatives: [UInt32] = []
    for user in 0..<interactions.users {
      let unknown = (0..<UInt32(interactions.items)).filter { !interactions.contains(user: Row(user), item: Row($0)) }
      users.append(UInt32(user))
      held.append(unknown[Int(stream.index(below: UInt32(unknown.count), at: UInt64(user)))])
      negatives += unknown.prefix(10)
    }
    return try EvaluationCases(
      users: users, items: held, negatives: negatives, negativesPerCase: 10, userCount: interactions.users,
      itemCount: interactions.items)
  }

  package static func plan(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    var plan = TrainingPlan()
    plan.factors = 4
    plan.layers = [8, 4]
    plan.batchSize = 60
    plan.epochs = 2
    plan.shards = 8
    plan.learningRate = 0.01
    change(&plan)
    return plan
  }
}
