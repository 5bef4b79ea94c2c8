package import CoordinatorCore
package import Datasets
import Foundation
import Links
package import ModelStore
package import Plan
import Ranking
import Wire

/// The RUN folder of a job: what is shown, logged, kept and exported of it.
package final class RunRecorder {
  package let folder: String
  private let data: PreparedDataset
  private let dataFolder: String
  let size: ProblemSize
  private let checkpoint: Checkpoint?
  private let startedAt = MonotonicClock.seconds
  private var bytesReceived: UInt64 = 0

  /// - Parameters:
  ///   - folder: the RUN folder
  ///   - size: of the interactions that are trained on
  ///   - checkpoint: what the job goes on from; nil for a new one
  package init(
    folder: String, data: PreparedDataset, dataFolder: String, size: ProblemSize, resuming checkpoint: Checkpoint?
  ) {
    self.folder = folder
    self.data = data
    self.dataFolder = dataFolder
    self.size = size
    self.checkpoint = checkpoint
  }

  var dataFingerprint: String { data.fingerprint }

  /// Where a resumed job goes on.
  package var resumedPosition: JobPosition? {
    checkpoint.map { checkpoint in
      var position = JobPosition()
      position.completedEpochs = checkpoint.header.completedEpochs
      position.step = checkpoint.header.step
      position.positions = checkpoint.header.positions
      position.optimizerStep = checkpoint.header.optimizerStep
      return position
    }
  }

  /// What a resumed job had done.
  package func resumedHistory() throws -> JobHistory {
    guard let checkpoint else { return JobHistory() }
    return try JSONDecoder().decode(JobHistory.self, from: Data(checkpoint.history))
  }

  func count(received byteCount: Int) { bytesReceived += UInt64(byteCount) }

  // MARK: checkpoints

  /// Gives every server its rows of the checkpoint.
  func restore(into servers: ServerAccess) throws {
    guard let checkpoint else { preconditionFailure("a new job restores nothing") }
    for table in CheckpointTable.allCases {
      let stored = table.stored
      let size = checkpoint.header.recordByteCount(of: table)
      for server in 0..<servers.placement.servers {
        let id = ServerID(server)
        let rows = table == .dense ? 1 : servers.placement.rowCount(of: checkpoint.header.rowCount(of: table), on: id)
        let chunk = table == .dense ? 1 : BulkRequest.rowsPerFrame(recordByteCount: size)
        for first in stride(from: 0, to: rows, by: chunk) {
          let places = first..<min(rows, first + chunk)
          try servers.writeRecords(
            stored, first: first, count: places.count,
            records: checkpoint.records(of: table, on: id, under: servers.placement, places: places),
            optimizerStep: checkpoint.header.optimizerStep, to: server)
        }
      }
    }
  }

  /// Writes the servers' rows as they are.
  func writeCheckpoint(at position: JobPosition, from servers: ServerAccess, of coordinator: JobCoordinator) throws {
    let header = CheckpointHeader(
      plan: coordinator.plan, size: size, dataFingerprint: data.fingerprint, completedEpochs: position.completedEpochs,
      step: position.step, optimizerStep: position.optimizerStep, positions: position.positions,
      wallSeconds: (checkpoint?.header.wallSeconds ?? 0) + MonotonicClock.seconds - startedAt)
    var writer = try CheckpointWriter(
      run: folder, header: header, history: Array(try JSONEncoder().encode(coordinator.history)))
    let placement = servers.placement
    for table in [CheckpointTable.user, .item] {
      try writer.begin(table)
      let size = header.recordByteCount(of: table)
      let chunk = BulkRequest.rowsPerFrame(recordByteCount: size)
      let counts = (0..<placement.servers).map { placement.rowCount(of: header.rowCount(of: table), on: ServerID($0)) }
      for first in stride(from: 0, to: counts.max() ?? 0, by: chunk) {
        var parts: [[UInt8]] = []
        for (server, count) in counts.enumerated() {
          let rows = min(first, count)..<min(first + chunk, count)
          parts.append(try servers.readRecords(table.stored, rows: rows, recordByteCount: size, from: server))
        }
        try writer.append(interleaving: parts)
      }
    }
    try writer.begin(.dense)
    let slices = try (0..<placement.servers).map { server in
      let width = placement.denseRange(of: header.width(of: .dense), on: ServerID(server)).count
      return try servers.readRecords(
        .dense, rows: 0..<1, recordByteCount: header.recordByteCount(ofDenseSlice: width), from: server)
    }
    try writer.append(denseSlices: slices, under: placement)
    try writer.finish()
  }

  // MARK: what people see

  func showProgress(of coordinator: JobCoordinator) {}

  func epochStarted(_ epoch: Int) {}

  func epochFinished(_ record: EpochRecord, of coordinator: JobCoordinator) throws {
    let topK = coordinator.plan.topK
    let ranks = record.test
    print(
      String(
        format: "epoch %3d  loss %.4f  HR@%d %.4f  NDCG@%d %.4f  %.2f s  %.2f M samples/s", record.epoch, record.loss,
        topK, ranks?.hitRatio(at: topK) ?? 0, topK, ranks?.ndcg(at: topK) ?? 0, record.trainingSeconds,
        Double(record.samples) / record.trainingSeconds / 1e6))
  }

  func finish(_ outcome: JobOutcome, of coordinator: JobCoordinator) throws {
    guard outcome == .done, let checkpoint = try Checkpoints.latest(in: folder).newest else { return }
    let model = try StoredModel(checkpoint, data: data, folder: dataFolder)
    try model.write(in: folder)
    print("digest \(model.digest)")
  }
}

extension CheckpointTable {
  /// The same table as the wire names it.
  var stored: StoredTable {
    switch self {
    case .user: .user
    case .item: .item
    case .dense: .dense
    }
  }
}
