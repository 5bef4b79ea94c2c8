import Plan
import Tables

/// One step's gradients.
struct Push {
  let step: Int
  let rows: [UInt32]
  let gradients: [Float]

  /// The part of it that goes to a table of some rows and some columns.
  func cut(rows kept: [Int], columns: Range<Int>, width: Int) -> Push {
    var cutRows: [UInt32] = []
    var cutGradients: [Float] = []
    for (index, row) in rows.enumerated() {
      guard let place = kept.firstIndex(of: Int(row)) else { continue }
      cutRows.append(UInt32(place))
      cutGradients += columns.map { gradients[index * width + $0] }
    }
    return Push(step: step, rows: cutRows, gradients: cutGradients)
  }
}

/// Pushes that touch each row in about every third step, drawn from a seed; every second step has none for the upper
/// half.
func drawPushes(rows: Int, width: Int, steps: ClosedRange<Int>, seed: UInt64 = 7) -> [Push] {
  let touches = RandomStream(seed: seed, .simulation, 1)
  let slopes = RandomStream(seed: seed, .simulation, 2)
  var drawn: UInt64 = 0
  return steps.map { step in
    let touched = (0..<rows).filter {
      touches.index(below: 3, at: UInt64(step * 4096 + $0)) == 0 && ($0 < rows / 2 || step % 2 == 0)
    }
    var gradients: [Float] = []
    for _ in 0..<touched.count * width {
      gradients.append(Float(slopes.normal(at: drawn) * 0.01))
      drawn += 1
    }
    return Push(step: step, rows: touched.map(UInt32.init), gradients: gradients)
  }
}

func drawWeights(rows: Int, width: Int) -> [[Float]] {
  let stream = RandomStream(seed: 3, .initialWeights)
  return (0..<rows).map { row in (0..<width).map { Float(stream.normal(at: UInt64(row * 4096 + $0))) * 0.1 } }
}

/// Every rule, and momentum beside none.
let everyOptimizer: [OptimizerSettings] =
  OptimizerKind.allCases.map { OptimizerSettings(kind: $0, learningRate: 0.01) }
  + [OptimizerSettings(kind: .sgd, learningRate: 0.01, momentum: 0.9)]
  + [OptimizerSettings(kind: .lazyAdam, learningRate: 0.01, averaging: 0.5)]

func makeTable(_ weights: [[Float]], _ optimizer: OptimizerSettings) -> RowTable {
  var table = RowTable(rows: weights.count, width: weights.first?.count ?? 0, optimizer: optimizer)
  for (row, values) in weights.enumerated() { table.setWeights(of: row, from: values.span) }
  return table
}

extension RowTable {
  mutating func apply(_ push: Push) {
    apply(push.rows.span, gradients: push.gradients.span, step: UInt64(push.step))
  }

  /// All rows after a step.
  func weights(after step: Int) -> [Float] {
    var result = [Float](repeating: .nan, count: rowCount * width)
    var span = result.mutableSpan
    let rows = (0..<UInt32(rowCount)).map { $0 }
    read(rows.span, after: UInt64(step), into: &span)
    return result
  }

  func model(after step: Int) -> [Float] {
    var result = [Float](repeating: .nan, count: rowCount * width)
    var span = result.mutableSpan
    readModel(0..<rowCount, after: UInt64(step), into: &span)
    return result
  }

  var record: [UInt8] {
    var bytes = [UInt8](repeating: 0xAA, count: rowCount * stateByteCount)
    // Safety: the memory lives for the call.
    unsafe bytes.withUnsafeMutableBytes { unsafe dump(rows: 0..<rowCount, into: $0) }
    return bytes
  }

  mutating func restore(_ bytes: [UInt8]) {
    // Safety: bytes have no padding.
    restore(rows: 0..<rowCount, from: unsafe bytes.span.bytes)
  }
}

extension [Float] {
  var bits: [UInt32] { map(\.bitPattern) }
  var areFinite: Bool { allSatisfy(\.isFinite) }
}
