import Glibc
package import Plan

/// Items by the cosine of their embeddings. The parts of a row that the model uses apart, factors and tower embedding,
/// are brought to length one each before they are joined, so that neither drowns the other; a bias says nothing of
/// kinship and is left out.
package struct SimilarItems: Sendable {
  /// The floats of a direction.
  private let width: Int
  /// `[items × width]`, each of length one, or zeros for an item without a direction.
  private let directions: [Float]

  package init(_ model: RankingModel) {
    let shape = model.shape
    let parts = [0..<shape.factors, shape.factors..<shape.factors + shape.embedding].filter { !$0.isEmpty }
    width = shape.factors + shape.embedding
    var directions: [Float] = []
    directions.reserveCapacity(model.itemCount * width)
    for item in 0..<model.itemCount {
      for part in parts {
        let values = model.itemRows[item * shape.rowWidth + part.lowerBound..<item * shape.rowWidth + part.upperBound]
        let length = Float(values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
        let scale = length > 0 ? 1 / (length * Float(parts.count).squareRoot()) : 0
        directions.append(contentsOf: values.map { $0 * scale })
      }
    }
    self.directions = directions
  }

  package var itemCount: Int { directions.count / width }

  /// The items most alike, the item itself left out; their scores are cosines. nil where the model's values are no
  /// numbers.
  package func nearest(to item: Row, limit: Int) -> [RankedItem]? {
    precondition(Int(item.rawValue) < itemCount, "item \(item) of \(itemCount)")
    let own = directions[Int(item.rawValue) * width..<(Int(item.rawValue) + 1) * width]
    var cosines = [Float](repeating: 0, count: itemCount)
    for other in 0..<itemCount {
      var sum: Float = 0
      for (left, right) in zip(own, directions[other * width..<(other + 1) * width]) { sum += left * right }
      cosines[other] = sum
    }
    return TopItems.best(limit, of: cosines.span, excluding: [item.rawValue].span)
  }
}
