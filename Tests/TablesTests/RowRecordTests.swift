import Plan
import Tables
import Testing

@Suite struct RowRecordTests {
  @Test(arguments: everyOptimizer, [1, 8, 13])
  func twinStepsAlike(optimizer: OptimizerSettings, width: Int) {
    let pushes = drawPushes(rows: 7, width: width, steps: 1...24)
    var table = makeTable(drawWeights(rows: 7, width: width), optimizer)
    for push in pushes[..<12] { table.apply(push) }
    var twin = RowTable(rows: 7, width: width, optimizer: optimizer)
    twin.restore(table.record)
    #expect(twin.record == table.record)
    for push in pushes[12...] {
      table.apply(push)
      twin.apply(push)
      #expect(twin.weights(after: push.step).bits == table.weights(after: push.step).bits)
    }
    #expect(twin.record == table.record)
  }

  @Test(arguments: everyOptimizer)
  func movesSomeRows(optimizer: OptimizerSettings) {
    var table = makeTable(drawWeights(rows: 7, width: 5), optimizer)
    for push in drawPushes(rows: 7, width: 5, steps: 1...9) { table.apply(push) }
    var bytes = [UInt8](repeating: 0, count: 3 * table.stateByteCount)
    var smaller = RowTable(rows: 4, width: 5, optimizer: optimizer)
    // Safety: the memory lives for the call.
    unsafe bytes.withUnsafeMutableBytes { unsafe table.dump(rows: 2..<5, into: $0) }
    unsafe bytes.withUnsafeBytes { unsafe smaller.restore(rows: 1..<4, from: $0) }
    #expect(
      smaller.weights(after: 12).dropFirst(5).map(\.bitPattern) == table.weights(after: 12)[10..<25].map(\.bitPattern))
  }

  @Test(arguments: everyOptimizer)
  func joinsTheSlicesOfOneRow(optimizer: OptimizerSettings) {
    let weights = drawWeights(rows: 1, width: 29)
    var whole = makeTable(weights, optimizer)
    let ranges = [0..<9, 9..<18, 18..<29]
    for push in 1...6 {
      let gradient = drawWeights(rows: push, width: 29)[push - 1]
      whole.applyRow(0, gradient: gradient.span, step: UInt64(push * 2))
    }
    let record = whole.record
    var joined = [UInt8](repeating: 0, count: record.count)
    for range in ranges {
      var slice = [UInt8](repeating: 0, count: RowRecord.byteCount(width: range.count, optimizer: optimizer))
      // Safety: bytes have no padding.
      var sliceSpan = slice.mutableSpan
      var sliceBytes = unsafe sliceSpan.mutableBytes
      unsafe RowRecord.slice(range, of: record.span.bytes, width: 29, optimizer: optimizer, into: &sliceBytes)
      var part = RowTable(rows: 1, width: range.count, optimizer: optimizer)
      part.restore(slice)
      #expect(part.weights(after: 15).bits == Array(whole.weights(after: 15)[range]).bits)
      // Safety: the same.
      var joinedSpan = joined.mutableSpan
      var joinedBytes = unsafe joinedSpan.mutableBytes
      unsafe RowRecord.insert(slice.span.bytes, at: range, width: 29, optimizer: optimizer, into: &joinedBytes)
    }
    #expect(joined == record)
  }

  @Test(arguments: everyOptimizer, [1, 700])
  func readsWeightsOutOfRecords(optimizer: OptimizerSettings, rows: Int) {
    var table = makeTable(drawWeights(rows: rows, width: 3), optimizer)
    for push in drawPushes(rows: rows, width: 3, steps: 1...5) { table.apply(push) }
    table.average(at: AveragingPoint(number: 1, previous: 0), step: 3)
    let records = table.record
    var weights = [Float](repeating: .nan, count: rows * 3)
    var span = weights.mutableSpan
    // Safety: bytes have no padding.
    unsafe RowRecord.weights(of: records.span.bytes, width: 3, optimizer: optimizer, after: 8, into: &span)
    #expect(weights.bits == table.model(after: 8).bits)
  }

  @Test func laysOutWeightsMomentsStep() {
    var table = makeTable([[1, 2, 3]], OptimizerSettings(kind: .sgd, learningRate: 1, momentum: 0.5))
    let gradient: [Float] = [4, 5, 6]
    table.applyRow(0, gradient: gradient.span, step: 258)
    let floats: [Float] = [-3, -3, -3, 4, 5, 6]
    let expected = floats.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    #expect(table.record == expected + [2, 1, 0, 0, 0, 0, 0, 0])
  }
}
