/// The parameters before the first step, as the NCF paper's code draws them. Each is a pure function of the seed and
/// of its own place, however rows and dense weights are spread over servers.
package enum InitialWeights {
  /// Fills one row of a table: normal with mean 0 and the given deviation; a bias is 0.
  /// - Parameter row: `[rowWidth]` floats, `[GMF factors | MLP embedding | bias]`
  package static func fillRow(
    _ index: UInt32, of table: TableID, shape: NetworkShape, seed: UInt64, deviation: Double,
    into row: inout MutableSpan<Float>
  ) {
    precondition(row.count == shape.rowWidth, "\(row.count) floats for a row of \(shape.rowWidth)")
    let stream = RandomStream(seed: seed, .initialWeights, 1 + UInt64(table.rawValue), UInt64(index))
    let drawn = shape.factors + shape.embedding
    for column in 0..<drawn { row[column] = Float(deviation * stream.normal(at: UInt64(column))) }
    if shape.hasRowBias { row[drawn] = 0 }
  }

  /// Fills a range of the dense vector: hidden weights Glorot uniform (Glorot and Bengio 2010), output weights LeCun
  /// uniform with the whole predictive vector as fan-in (LeCun et al. 1998), biases 0, and the
  /// slopes of PReLU 1/4 (He et al. 2015).
  /// - Parameter weights: `[range.count]` floats
  package static func fillDense(
    _ range: Range<Int>, shape: NetworkShape, seed: UInt64, into weights: inout MutableSpan<Float>
  ) {
    precondition(weights.count == range.count, "\(weights.count) floats for \(range.count) dense weights")
    precondition(range.upperBound <= shape.denseCount, "dense weights \(range) of \(shape.denseCount)")
    let stream = RandomStream(seed: seed, .initialWeights)
    for block in shape.denseBlocks {
      let (middle, limit) = distribution(of: block, shape: shape)
      for index in block.range.clamped(to: range) {
        weights[index - range.lowerBound] = Float(middle + limit * (2 * stream.uniform(at: UInt64(index)) - 1))
      }
    }
  }

  /// The middle and the half width of the uniform distribution that a block is drawn from.
  private static func distribution(of block: DenseBlock, shape: NetworkShape) -> (middle: Double, limit: Double) {
    switch block.role {
    case .hiddenWeight: (0, (6 / Double(block.inputs + block.outputs)).squareRoot())
    case .outputFactors, .outputTower: (0, (3 / Double(fanIn(of: shape))).squareRoot())
    case .hiddenSlope: (0.25, 0)
    case .hiddenBias, .outputBias: (0, 0)
    }
  }

  /// The width of the output layer's input.
  private static func fanIn(of shape: NetworkShape) -> Int {
    shape.denseBlocks.reduce(0) { sum, block in
      block.role == .outputFactors || block.role == .outputTower ? sum + block.inputs : sum
    }
  }
}
