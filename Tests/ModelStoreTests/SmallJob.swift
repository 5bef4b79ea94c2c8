import Faults
import ModelStore
import Plan
import Tables

/// A job of a few rows, trained by hand for some steps on any number of servers.
struct SmallJob {
  static let size = ProblemSize(users: 11, items: 7, trainingInteractions: 40)
  var plan = TrainingPlan()

  init(_ model: ModelKind = .neumf, optimizer: OptimizerKind = .adam) {
    plan.model = model
    plan.factors = 3
    plan.layers = [8, 5, 2]
    plan.optimizer = optimizer
  }

  var optimizer: OptimizerSettings { OptimizerSettings(plan: plan, size: Self.size) }

  func header(completedEpochs: Int = 2, step: Int = 30) -> CheckpointHeader {
    CheckpointHeader(
      plan: plan, size: Self.size, dataFingerprint: "f00d", completedEpochs: completedEpochs, step: step,
      optimizerStep: 9, wallSeconds: 1.5)
  }

  /// A table after nine steps; each step touches some rows.
  func table(_ table: CheckpointTable) -> RowTable {
    let header = header()
    let (rows, width) = (header.rowCount(of: table), header.width(of: table))
    var result = RowTable(rows: rows, width: width, optimizer: optimizer)
    let stream = RandomStream(seed: 5, .simulation, UInt64(rows))
    var drawn: UInt64 = 0
    func floats() -> [Float] {
      (0..<width).map { _ in
        drawn += 1
        return Float(stream.normal(at: drawn))
      }
    }
    for row in 0..<rows { result.setWeights(of: row, from: floats().span) }
    for step in 1...UInt64(9) {
      for row in 0..<rows where rows == 1 || stream.index(below: 3, at: step << 40 + UInt64(row)) == 0 {
        result.applyRow(row, gradient: floats().span, step: step)
      }
    }
    result.average(at: AveragingPoint(number: 1, previous: 0), step: 9)
    return result
  }

  func records(_ table: CheckpointTable) -> [UInt8] { self.table(table).record }

  func model(_ table: CheckpointTable) -> [Float] { self.table(table).model(after: 9) }

  /// Writes the whole job as one cut.
  @discardableResult
  func write(
    in run: String, completedEpochs: Int = 2, step: Int = 30, _ fate: WriteFate = WriteFate()
  ) throws -> String {
    let header = header(completedEpochs: completedEpochs, step: step)
    var writer = try CheckpointWriter(run: run, header: header, history: Array(#"{"epochs":[]}"#.utf8), fate: fate)
    for table in CheckpointTable.allCases {
      try writer.begin(table)
      // Safety: bytes have no padding.
      try writer.append(unsafe records(table).span.bytes)
    }
    try writer.finish()
    return Checkpoints.path(in: run, completedEpochs: completedEpochs, step: step)
  }
}

extension RowTable {
  var record: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: rowCount * stateByteCount)
    // Safety: the memory lives for the call.
    unsafe bytes.withUnsafeMutableBytes { unsafe dump(rows: 0..<rowCount, into: $0) }
    return bytes
  }

  func model(after step: UInt64) -> [Float] {
    var result = [Float](repeating: .nan, count: rowCount * width)
    var span = result.mutableSpan
    readModel(0..<rowCount, after: step, into: &span)
    return result
  }
}

extension RawSpan {
  var bytes: [UInt8] {
    // Safety: copied before the closure returns.
    unsafe withUnsafeBytes { unsafe Array($0) }
  }
}
