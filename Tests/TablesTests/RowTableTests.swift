import Plan
import Tables
import Testing

@Suite struct RowTableTests {
  @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65])
  func keepsWeightsOfAnyWidth(width: Int) {
    let weights = drawWeights(rows: 3, width: width)
    let table = makeTable(weights, OptimizerSettings(kind: .adam, learningRate: 0.1))
    #expect(table.weights(after: 0).bits == weights.flatMap(\.self).bits)
    #expect(table.weights(after: 9).bits == weights.flatMap(\.self).bits, "no gradient yet, no motion")
    var row = [Float](repeating: 0, count: width)
    var span = row.mutableSpan
    table.readRow(2, after: 0, into: &span)
    #expect(row.bits == weights[2].bits)
  }

  @Test(arguments: everyOptimizer)
  func readsRowsInTheOrderAsked(optimizer: OptimizerSettings) {
    let weights = drawWeights(rows: 6, width: 5)
    var table = makeTable(weights, optimizer)
    for push in drawPushes(rows: 6, width: 5, steps: 1...9) { table.apply(push) }
    let all = table.weights(after: 11)
    var some = [Float](repeating: 0, count: 15)
    var span = some.mutableSpan
    let rows: [UInt32] = [4, 0, 4]
    table.read(rows.span, after: 11, into: &span)
    #expect(some.bits == (all[20..<25] + all[0..<5] + all[20..<25]).map(\.bitPattern))
  }

  @Test(arguments: [1, 7, 8, 9, 40], everyOptimizer)
  func readsHalvesAsRoundedWeights(width: Int, optimizer: OptimizerSettings) {
    var table = makeTable(drawWeights(rows: 6, width: width), optimizer)
    for push in drawPushes(rows: 6, width: width, steps: 1...9) { table.apply(push) }
    let rows: [UInt32] = [4, 0, 5]
    var floats = [Float](repeating: 0, count: 3 * width)
    var halves = [Float16](repeating: 0, count: 3 * width)
    var floatSpan = floats.mutableSpan
    table.read(rows.span, after: 11, into: &floatSpan)
    var halfSpan = halves.mutableSpan
    table.read(rows.span, after: 11, into: &halfSpan)
    #expect(halves.map(\.bitPattern) == floats.map { Float16($0).bitPattern })
  }

  @Test(arguments: everyOptimizer)
  func readingChangesNothing(optimizer: OptimizerSettings) {
    let weights = drawWeights(rows: 8, width: 11)
    var seldomRead = makeTable(weights, optimizer)
    var oftenRead = makeTable(weights, optimizer)
    for push in drawPushes(rows: 8, width: 11, steps: 1...40) {
      seldomRead.apply(push)
      oftenRead.apply(push)
      let before = oftenRead.record
      for step in push.step..<push.step + 5 { _ = oftenRead.weights(after: step) }
      #expect(oftenRead.record == before)
    }
    #expect(seldomRead.record == oftenRead.record)
    #expect(seldomRead.weights(after: 60).bits == oftenRead.weights(after: 60).bits)
  }

  @Test(arguments: everyOptimizer)
  func appliesRowByRowAsAllAtOnce(optimizer: OptimizerSettings) {
    let weights = drawWeights(rows: 8, width: 9)
    var whole = makeTable(weights, optimizer)
    var single = makeTable(weights, optimizer)
    for push in drawPushes(rows: 8, width: 9, steps: 1...12) {
      whole.apply(push)
      for (index, row) in push.rows.enumerated().reversed() {
        let gradient = Array(push.gradients[index * 9..<(index + 1) * 9])
        single.applyRow(Int(row), gradient: gradient.span, step: UInt64(push.step))
      }
    }
    #expect(whole.record == single.record)
  }

  @Test(arguments: everyOptimizer)
  func cutsIntoTablesWithTheSameBits(optimizer: OptimizerSettings) {
    let weights = drawWeights(rows: 9, width: 37)
    let pushes = drawPushes(rows: 9, width: 37, steps: 1...20)
    var whole = makeTable(weights, optimizer)
    for push in pushes { whole.apply(push) }
    let all = whole.weights(after: 23)
    for columns in [0..<1, 1..<9, 9..<25, 25..<37] {
      for first in 0..<2 {
        let rows = Array(stride(from: first, to: 9, by: 2))
        var part = makeTable(rows.map { Array(weights[$0][columns]) }, optimizer)
        for push in pushes { part.apply(push.cut(rows: rows, columns: columns, width: 37)) }
        var expected: [Float] = []
        for row in rows { expected += columns.map { all[row * 37 + $0] } }
        #expect(part.weights(after: 23).bits == expected.bits)
      }
    }
  }

  @Test(arguments: everyOptimizer)
  func takesGradientsOfAnEarlierStep(optimizer: OptimizerSettings) {
    var table = makeTable([[1, 2]], optimizer)
    let gradient: [Float] = [0.5, -0.5]
    table.applyRow(0, gradient: gradient.span, step: 9)
    let before = table.weights(after: 9)
    table.applyRow(0, gradient: gradient.span, step: 4)
    let after = table.weights(after: 9)
    #expect(after[0] < before[0] && after[1] > before[1])
    #expect(table.weights(after: 2).bits == after.bits, "a row is never read as it was")
  }

  @Test func refusesRowsThatItDoesNotHave() async {
    await #expect(processExitsWith: .failure) {
      var table = RowTable(rows: 2, width: 1, optimizer: OptimizerSettings(kind: .sgd, learningRate: 1))
      let gradient: [Float] = [1]
      let rows: [UInt32] = [2]
      table.apply(rows.span, gradients: gradient.span, step: 1)
    }
    await #expect(processExitsWith: .failure) {
      var table = RowTable(rows: 2, width: 2, optimizer: OptimizerSettings(kind: .sgd, learningRate: 1))
      let gradient: [Float] = [1]
      table.applyRow(0, gradient: gradient.span, step: 1)
    }
  }
}
