import CoordinatorCore
import Datasets
import Faults
import Foundation
import Links
import ModelStore
import Plan
import Wire

extension RunRecorder {
  /// Gives every server its rows of the checkpoint, or of the model that the training begins from.
  func restore(into servers: ServerAccess) throws {
    guard let source else { preconditionFailure("a job from random weights restores nothing") }
    for table in CheckpointTable.allCases {
      let stored = table.stored
      let size = source.header.recordByteCount(of: table)
      for server in 0..<servers.placement.servers {
        let id = ServerID(server)
        let rows = table == .dense ? 1 : servers.placement.rowCount(of: source.header.rowCount(of: table), on: id)
        let chunk = table == .dense ? 1 : BulkRequest.rowsPerFrame(recordByteCount: size)
        for first in stride(from: 0, to: rows, by: chunk) {
          let places = first..<min(rows, first + chunk)
          try servers.writeRecords(
            stored, first: first, count: places.count,
            records: source.records(of: table, on: id, under: servers.placement, places: places),
            optimizerStep: source.header.optimizerStep, to: server)
        }
      }
    }
  }

  /// Writes the servers' rows as they are.
  /// - Throws: `ModelStoreError` of the kind `unwritable` where the disk did not take it
  func writeCheckpoint(at position: JobPosition, from servers: ServerAccess, of coordinator: JobCoordinator) throws {
    let fate = try disk?.fate(atStep: position.optimizerStep) ?? WriteFate()
    do {
      try writeCheckpoint(at: position, from: servers, of: coordinator, fate)
    } catch let error as ModelStoreError where error.kind == .unwritable {
      // What fails behind the rename, as where older ones are removed, leaves the checkpoint in its place.
      let newest = try Checkpoints.latest(in: folder).newest
      guard newest?.header.optimizerStep == position.optimizerStep else { throw error }
    }
    disk?.carryOut(fate)
  }

  private func writeCheckpoint(
    at position: JobPosition, from servers: ServerAccess, of coordinator: JobCoordinator, _ fate: WriteFate
  ) throws {
    let header = CheckpointHeader(
      plan: coordinator.plan, size: size, dataFingerprint: data.fingerprint, completedEpochs: position.completedEpochs,
      step: position.step, optimizerStep: position.optimizerStep, positions: position.positions,
      wallSeconds: secondsBefore + MonotonicClock.seconds - startedAt)
    var writer = try CheckpointWriter(
      run: folder, header: header, history: Array(try JSONEncoder().encode(coordinator.history)), fate: fate)
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
