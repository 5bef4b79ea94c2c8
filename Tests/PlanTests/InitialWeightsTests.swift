import Testing

@testable import Plan

@Suite struct InitialWeightsTests {
  let shape = NetworkShape(model: .neumf, factors: 8, layers: [64, 32, 16, 8])

  func row(_ index: UInt32, _ table: TableID, _ shape: NetworkShape, seed: UInt64 = 7, deviation: Double = 0.01)
    -> [Float]
  {
    var values = [Float](repeating: .nan, count: shape.rowWidth)
    var span = values.mutableSpan
    InitialWeights.fillRow(index, of: table, shape: shape, seed: seed, deviation: deviation, into: &span)
    return values
  }

  func dense(_ range: Range<Int>, seed: UInt64 = 7) -> [Float] {
    var values = [Float](repeating: .nan, count: range.count)
    var span = values.mutableSpan
    InitialWeights.fillDense(range, shape: shape, seed: seed, into: &span)
    return values
  }

  @Test func rowsAreNormalWithTheGivenDeviation() {
    let values = (0..<500).flatMap { row($0, .user, shape, deviation: 0.01) }.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    #expect(abs(mean) < 3 * 0.01 / Double(values.count).squareRoot())
    #expect(abs(deviation - 0.01) < 0.0002)
    #expect(values.contains { $0 > 0.03 } && !values.contains { abs($0) > 0.06 })
  }

  @Test func rowsTablesColumnsAndSeedsDiffer() {
    #expect(row(1, .user, shape) != row(2, .user, shape))
    #expect(row(1, .user, shape) != row(1, .item, shape))
    #expect(row(1, .user, shape) != row(1, .user, shape, seed: 8))
    #expect(Set(row(1, .user, shape)).count == shape.rowWidth)
    #expect(row(1, .user, shape) == row(1, .user, shape))
  }

  @Test func aRowBiasStartsAtZero() {
    let shape = NetworkShape(model: .mf, factors: 4, layers: [])
    let values = row(3, .item, shape, deviation: 0.1)
    #expect(values.count == 5 && values[4] == 0 && values[..<4].allSatisfy { $0 != 0 })
    let plain = NetworkShape(model: .neumf, factors: 4, layers: [6, 2])
    let biased = NetworkShape(model: .neumf, factors: 4, layers: [6, 2], biases: true)
    // What is drawn stays what it was.
    #expect(row(3, .item, biased, deviation: 0.1) == row(3, .item, plain, deviation: 0.1) + [0])
  }

  @Test func denseBlocksFollowTheirDistributions() {
    let all = dense(0..<shape.denseCount)
    for block in shape.denseBlocks {
      let values = all[block.range]
      let limit: Float
      switch block.role {
      case .hiddenWeight: limit = (6 / Float(block.inputs + block.outputs)).squareRoot()
      case .outputFactors, .outputTower: limit = (3 / Float(16)).squareRoot()
      case .hiddenBias, .outputBias, .hiddenSlope: limit = 0
      }
      #expect(values.allSatisfy { abs($0) <= limit }, "\(block.name)")
      if limit > 0 {
        #expect(values.contains { $0 > 0.5 * limit } && values.contains { $0 < -0.5 * limit }, "\(block.name)")
      }
    }
  }

  @Test func learnedSlopesStartAtAQuarter() {
    let shape = NetworkShape(model: .mlp, factors: 1, layers: [8, 4, 2], activation: .prelu)
    var values = [Float](repeating: .nan, count: shape.denseCount)
    var span = values.mutableSpan
    InitialWeights.fillDense(0..<shape.denseCount, shape: shape, seed: 7, into: &span)
    for block in shape.denseBlocks {
      if case .hiddenSlope = block.role { #expect(Array(values[block.range]) == [0.25]) }
    }
    #expect(shape.denseBlocks.map(\.name).filter { $0.hasSuffix("slope") } == ["mlp.0.slope", "mlp.1.slope"])
  }

  @Test func everyCutOfTheDenseVectorIsTheSame() {
    let all = dense(0..<shape.denseCount)
    for cut in [0, 1, 31, 64, 65, 2079, 2080, 2081, shape.denseCount] {
      #expect(dense(0..<cut) + dense(cut..<shape.denseCount) == all, "cut at \(cut)")
    }
  }
}
