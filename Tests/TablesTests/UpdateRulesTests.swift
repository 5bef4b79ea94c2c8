import Plan
import Tables
import Testing

@Suite struct UpdateRulesTests {
  @Test(arguments: everyOptimizer, [1, 8, 17])
  func stepsAsTheFormulasSay(optimizer: OptimizerSettings, width: Int) {
    let weights = drawWeights(rows: 6, width: width)
    var table = makeTable(weights, optimizer)
    var naive = NaiveTable(weights, optimizer)
    for push in drawPushes(rows: 6, width: width, steps: 1...30) {
      table.apply(push)
      var gradients: [Int: [Float]] = [:]
      for (index, row) in push.rows.enumerated() {
        gradients[Int(row)] = Array(push.gradients[index * width..<(index + 1) * width])
      }
      naive.apply(gradients, step: push.step)
      for (found, expected) in zip(table.weights(after: push.step), naive.weights.flatMap(\.self)) {
        #expect(abs(Double(found) - expected) < 2e-6, "step \(push.step)")
      }
    }
  }

  @Test func settlesAfterVeryManyIdleSteps() {
    let optimizer = OptimizerSettings(kind: .adam, learningRate: 0.001)
    var table = makeTable([[0.5, -0.5, 0]], optimizer)
    let gradient: [Float] = [1, 1e-20, -1e-3]
    table.applyRow(0, gradient: gradient.span, step: 1)
    let rest = table.weights(after: 100_000)
    #expect(table.weights(after: Int.max).bits == rest.bits)
    #expect(rest.areFinite)
    table.applyRow(0, gradient: gradient.span, step: UInt64.max)
    #expect(table.weights(after: 0).areFinite)
  }

  @Test func lazyAdamLeavesIdleRowsAlone() {
    var table = makeTable([[1], [2]], OptimizerSettings(kind: .lazyAdam, learningRate: 0.1))
    let gradient: [Float] = [1]
    table.applyRow(1, gradient: gradient.span, step: 1)
    let after = table.weights(after: 1)
    #expect(after[0] == 1 && after[1] < 2)
    #expect(table.weights(after: 50).bits == after.bits)
  }
}
