import Kernels
import Plan
import Tables

/// What a step of the optimizer costs a table: the rows that a batch touches, out of all.
struct OptimizerStairs {
  let name: String
  let rows: Int
  let width: Int
  /// Samples of a step, each of which touches a row at random.
  let draws: Int

  /// Steps until the same rows come again: enough for the whole of a large table to pass through the caches.
  private static let batchCount = 16

  func climb(on staircase: inout Staircase) {
    for kind in [OptimizerKind.sgd, .adagrad, .lazyAdam, .adam] { climb(kind, on: &staircase) }
  }

  private func climb(_ kind: OptimizerKind, on staircase: inout Staircase) {
    let settings = OptimizerSettings(kind: kind, learningRate: Double(PlainTable.rate))
    let batches = batches()
    let touched = batches.reduce(0) { $0 + $1.count } / batches.count
    let gradients = FloatBuffer.noise((batches.map(\.count).max() ?? 0) * width)
    var plainTable = PlainTable(rows: rows, width: width, settings: settings)
    var table = RowTable(rows: rows, width: width, optimizer: settings)
    var (plainStep, step) = (0, 0)
    let plain = {
      plainStep += 1
      Self.step(&plainTable, kind, batches[plainStep % batches.count], gradients, plainStep)
    }
    let fast = {
      step += 1
      Self.apply(&table, batches[step % batches.count], gradients, step)
    }
    plain()
    fast()
    check(plainTable, table, batches[1])
    // A gradient's floats are read; weights and moments are read and written.
    let state = 4 * width * (1 + settings.momentCount)
    let distinct = Set(batches.joined()).count
    staircase.compare(
      kind.rawValue, "\(name): \(Figure.grouped(touched)) of \(Figure.grouped(rows)) rows of \(width)",
      .rows(touched, bytesEach: 2 * state + 4 * width, workingSet: distinct * state + touched * 4 * width),
      plain: plain, fast: fast)
  }

  /// The rows that each step touches, ascending.
  private func batches() -> [[UInt32]] {
    let stream = RandomStream(seed: 1, .simulation, 5)
    return (0..<Self.batchCount).map { batch in
      Set((0..<draws).map { stream.index(below: UInt32(rows), at: UInt64(batch * draws + $0)) }).sorted()
    }
  }

  private static func step(
    _ table: inout PlainTable, _ kind: OptimizerKind, _ rows: [UInt32], _ gradients: borrowing FloatBuffer, _ step: Int
  ) {
    let values = gradients.span.extracting(0..<rows.count * table.width)
    switch kind {
    case .sgd: table.stepSGD(rows, values)
    case .adagrad: table.stepAdagrad(rows, values)
    case .lazyAdam: table.stepLazyAdam(rows, values, step: step)
    case .adam: table.stepDenseAdam(rows, values, step: step)
    }
  }

  private static func apply(
    _ table: inout RowTable, _ rows: [UInt32], _ gradients: borrowing FloatBuffer, _ step: Int
  ) {
    table.apply(
      rows.span, gradients: gradients.span.extracting(0..<rows.count * table.width), step: UInt64(step))
  }

  /// Both tables began with zeros and have seen one step.
  private func check(_ plain: borrowing PlainTable, _ table: borrowing RowTable, _ touched: [UInt32]) {
    var weights = [Float](repeating: 0, count: width)
    for row in touched {
      var target = weights.mutableSpan
      table.readRow(Int(row), after: 1, into: &target)
      checkAgreement("row \(row) of \(name)", plain.weights.span.row(row, width), weights.span)
    }
  }
}
