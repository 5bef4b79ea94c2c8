import Kernels
package import Plan

/// Rows as the model sees them: two rows are near each other where the model takes them for alike.
package enum RowSides {
  // Limit: the reach of a column is a mean, which this many rows give to a few percent.
  private static let reachRows = 1024

  /// What each row of a table contributes to its samples. A column of the pair, which is multiplied by the other
  /// table's, is scaled by the root of the mean square of that: distances are measured in what they do to logits.
  /// - Parameters:
  ///   - rows: `[count × rowWidth]` of `table`
  ///   - others: `[n × rowWidth]` of the other table
  /// - Returns: `[count × width]`
  package static func values(
    of table: TableID, rows: Span<Float>, others: Span<Float>, shape: NetworkShape, dense: Span<Float>
  ) -> (values: [Float], width: Int) {
    let layout = ForwardLayout(shape: shape)
    var weights = PackedWeights(layout: layout)
    weights.load(dense)
    let stride = layout.pairs.stride
    let count = rows.count / shape.rowWidth
    var sides = FloatBuffer(count: count * stride)
    Sides.fill(count, of: table, rows, layout, weights: weights.packed, into: &sides)
    let scales = reach(of: table == .user ? .item : .user, others, layout, weights)
    let span = sides.span
    var values: [Float] = []
    values.reserveCapacity(count * stride)
    for index in 0..<count * stride { values.append(span[index] * scales[index % stride]) }
    return (values, stride)
  }

  /// The scale of each column of the other table's sides: `[stride]`, 1 where columns are added.
  private static func reach(
    of table: TableID, _ rows: Span<Float>, _ layout: ForwardLayout, _ weights: borrowing PackedWeights
  ) -> [Float] {
    let width = layout.shape.rowWidth
    let stride = layout.pairs.stride
    let count = rows.count / width
    var scales = [Float](repeating: 1, count: stride)
    let sampled = min(count, reachRows)
    guard sampled > 0 else { return scales }
    var sample: [Float] = []
    for place in 0..<sampled {
      let row = place * count / sampled
      for column in row * width..<(row + 1) * width { sample.append(rows[column]) }
    }
    var sides = FloatBuffer(count: sampled * stride)
    Sides.fill(sampled, of: table, sample.span, layout, weights: weights.packed, into: &sides)
    for column in 0..<layout.pairStride {
      var squares = 0.0
      for row in 0..<sampled {
        let value = Double(sides[row * stride + column])
        squares += value * value
      }
      scales[column] = Float((squares / Double(sampled)).squareRoot())
    }
    return scales
  }
}
