import CoordinatorCore
import Faults
import ModelStore
import Plan
import Simulation
import Wire

/// Something that the coordinator does with the servers while everything else waits (`ServerAccess`, `RunRecorder`):
/// rounds of requests, each of which is answered before the next goes out.
final class Errand {
  enum Kind {
    case restore
    case settle
    case cut(JobPosition)
  }
  struct Request {
    let server: Int
    let frame: [UInt8]
  }
  let kind: Kind
  var rounds: [[Request]]
  var awaited: [Int] = []
  var replies: [[UInt8]] = []
  /// Tells the waits apart that are over.
  var wait = 0
  var isWriting = false
  /// Signals that came while the checkpoint was written.
  var unseen: [SimulatedProcess.Signal] = []
  var fate = WriteFate()

  init(_ kind: Kind, _ rounds: [[Request]]) {
    self.kind = kind
    self.rounds = rounds
  }

  var next: Int? { awaited.first }
}

extension CoordinatorProcess {
  private var placement: Placement {
    Placement(workers: coordinator.cluster.workers, servers: coordinator.cluster.servers)
  }

  /// Gives every server its rows.
  func restoring() throws -> Errand {
    let source = cluster.bug == .olderTables ? cluster.disk.older() ?? source : source
    guard let source else { throw SimulationFailure("restoring without a checkpoint") }
    var rounds: [[Errand.Request]] = []
    for table in CheckpointTable.allCases {
      for server in 0..<placement.servers {
        let rows = rowCount(of: table, on: server)
        let records = source.records(of: table, on: ServerID(server), under: placement, places: 0..<rows)
        let request = BulkRequest(
          job: coordinator.job, token: 0, action: .writeRecords, table: table.stored, first: 0, count: rows,
          optimizerStep: source.header.optimizerStep)
        rounds.append([Errand.Request(server: server, frame: frame(request, records))])
      }
    }
    return Errand(.restore, rounds)
  }

  /// Waits until every server has applied a step.
  func settling(_ step: UInt64, _ endedEpoch: Epoch) -> Errand {
    let request = BulkRequest(
      job: coordinator.job, token: 0, action: .awaitStep, table: .dense, first: Int(endedEpoch.rawValue), count: 0,
      optimizerStep: step)
    return Errand(.settle, [(0..<placement.servers).map { Errand.Request(server: $0, frame: frame(request, [])) }])
  }

  /// Reads all rows as they are.
  func cutting(_ position: JobPosition) -> Errand {
    var rounds: [[Errand.Request]] = []
    for table in CheckpointTable.allCases {
      for server in 0..<placement.servers {
        let request = BulkRequest(
          job: coordinator.job, token: 0, action: .readRecords, table: table.stored, first: 0,
          count: rowCount(of: table, on: server))
        rounds.append([Errand.Request(server: server, frame: frame(request, []))])
      }
    }
    return Errand(.cut(position), rounds)
  }

  private func rowCount(of table: CheckpointTable, on server: Int) -> Int {
    let size = cluster.job.size
    switch table {
    case .user: return placement.rowCount(of: size.users, on: ServerID(server))
    case .item: return placement.rowCount(of: size.itemRows, on: ServerID(server))
    case .dense: return 1
    }
  }

  private func frame(_ request: BulkRequest, _ body: [UInt8]) -> [UInt8] {
    framed(BulkRequest.headerByteCount + body.count) { writer in
      request.write(into: &writer)
      // Safety: bytes have no padding.
      unsafe writer.bytes(body.span.bytes)
    }
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
