import Plan
import Tables
import Testing

@Suite struct AverageTests {
  @Test func laterPointsCountMore() {
    var table = makeTable([[1, 2]], OptimizerSettings(kind: .sgd, learningRate: 1, averaging: 0.5))
    #expect(table.model(after: 0) == [1, 2], "before the first point, the initial weights")
    var weights: [[Float]] = []
    for (place, gradient) in [[3, -1], [8, 0], [-2, 4] as [Float]].enumerated() {
      table.applyRow(0, gradient: gradient.span, step: UInt64(place + 1))
      table.average(at: AveragingPoint(number: place + 1, previous: place), step: UInt64(place + 1))
      weights.append(table.weights(after: place + 1))
    }
    // 0.25, 0.5 and 1 over their sum.
    for column in 0..<2 {
      let expected = (0.25 * weights[0][column] + 0.5 * weights[1][column] + weights[2][column]) / 1.75
      #expect(abs(table.model(after: 3)[column] - expected) < 1e-6)
    }
    #expect(table.weights(after: 3) == weights[2], "the training goes on from the weights themselves")
  }

  @Test func pointAfterSkippedOnesCountsForThem() {
    var table = makeTable([[1]], OptimizerSettings(kind: .sgd, learningRate: 1, averaging: 0.5))
    table.applyRow(0, gradient: ([4] as [Float]).span, step: 1)
    table.average(at: AveragingPoint(number: 2, previous: 0), step: 1)
    #expect(table.model(after: 1) == [-3], "nothing is left of the initial weights")
    table.applyRow(0, gradient: ([4] as [Float]).span, step: 2)
    table.average(at: AveragingPoint(number: 5, previous: 2), step: 2)
    // Points 1 and 2 have the first weights, points 3 to 5 the second.
    let expected: Float = (-3 * (0.125 + 0.0625) + -7 * (1 + 0.5 + 0.25)) / (0.125 + 0.0625 + 1 + 0.5 + 0.25)
    #expect(abs(table.model(after: 2)[0] - expected) < 1e-6)
  }

  @Test func firstPointIsItsOwnAverage() {
    var table = makeTable(
      drawWeights(rows: 3, width: 9), OptimizerSettings(kind: .adam, learningRate: 0.1, averaging: 0.9))
    for push in drawPushes(rows: 3, width: 9, steps: 1...4) { table.apply(push) }
    table.average(at: AveragingPoint(number: 1, previous: 0), step: 6)
    let (model, weights) = (table.model(after: 9), table.weights(after: 6))
    for (left, right) in zip(model, weights) { #expect(abs(left - right) <= 1e-6 * abs(right)) }
  }

  @Test func withoutAveragingTheModelIsTheWeights() {
    var table = makeTable(drawWeights(rows: 3, width: 9), OptimizerSettings(kind: .adam, learningRate: 0.1))
    for push in drawPushes(rows: 3, width: 9, steps: 1...4) { table.apply(push) }
    let before = table.record
    table.average(at: AveragingPoint(number: 1, previous: 0), step: 4)
    #expect(table.record == before)
    #expect(table.model(after: 7).bits == table.weights(after: 7).bits)
  }
}
