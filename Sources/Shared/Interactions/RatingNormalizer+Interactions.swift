package import Plan

extension RatingNormalizer {
  /// The means and the scale of all ratings of a matrix, summed in its order; nil where it has none.
  package init?(_ matrix: InteractionMatrix, plan: TrainingPlan) {
    guard matrix.hasRatings, matrix.count > 0 else { return nil }
    var total = 0.0
    var (minimum, maximum) = (Float.infinity, -Float.infinity)
    var levels = Set<Float>()
    var userSums = [Double](repeating: 0, count: matrix.users)
    var itemSums = [Double](repeating: 0, count: matrix.items)
    var userCounts = [Float](repeating: 0, count: matrix.users)
    var itemCounts = [Float](repeating: 0, count: matrix.items)
    for user in 0..<matrix.users {
      for index in matrix.range(of: Row(user)) {
        guard let rating = matrix.rating(at: index) else {
          preconditionFailure("interaction \(index) without a rating")
        }
        let item = Int(matrix.item(at: index).rawValue)
        total += Double(rating)
        (minimum, maximum) = (min(minimum, rating), max(maximum, rating))
        if levels.count <= RatingScheme.mostLevels { levels.insert(rating) }
        userSums[user] += Double(rating)
        itemSums[item] += Double(rating)
        userCounts[user] += 1
        itemCounts[item] += 1
      }
    }
    let mean = Float(total / Double(matrix.count))
    func means(_ sums: [Double], _ counts: [Float]) -> [Float] {
      zip(sums, counts).map { sum, count in count > 0 ? Float(sum / Double(count)) : mean }
    }
    self.init(
      scheme: RatingScheme(
        normalization: plan.normalization, mean: mean, minimum: minimum, maximum: maximum,
        levels: levels.count <= RatingScheme.mostLevels ? levels.sorted() : [], rounds: plan.roundRatings),
      userMeans: means(userSums, userCounts), itemMeans: means(itemSums, itemCounts), userRatings: userCounts)
  }
}
