import CoordinatorCore
import Faults
import Foundation
import Glibc
import ModelStore
import Plan
import Simulation

/// All rows as the servers gave them, table by table and within it server by server.
struct CutRecords {
  let position: JobPosition
  let history: JobHistory
  let placement: Placement
  let records: [[UInt8]]

  /// The same, and what is behind a share of it is zeros.
  func losing(_ share: Double) -> CutRecords {
    var left = Int(share * Double(records.reduce(0) { $0 + $1.count }))
    let torn = records.map { part in
      let kept = min(left, part.count)
      left -= kept
      return Array(part.prefix(kept)) + Array(repeating: 0, count: part.count - kept)
    }
    return CutRecords(position: position, history: history, placement: placement, records: torn)
  }
}

/// The folder of checkpoints: the real files in the real format, where there is memory for files in memory, and what a
/// machine that dies makes of them.
final class SimulatedDisk {
  private let run: String
  private var faults: DiskFaultSchedule

  init(_ faults: FaultPlan) throws {
    // Safety: the path is a terminated string for the call.
    let inMemory = unsafe access("/dev/shm", W_OK) == 0
    var template = Array("\(inMemory ? "/dev/shm" : "/tmp")/neumf-simulated-XXXXXX".utf8CString)
    // Safety: mkdtemp writes into the terminated template.
    guard unsafe mkdtemp(&template) != nil else { throw SimulationFailure("no folder: errno \(errno)") }
    run = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    self.faults = DiskFaultSchedule(faults)
    try FileManager.default.createDirectory(atPath: "\(run)/checkpoints", withIntermediateDirectories: false)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: run) } catch { print("\(run) stays: \(error)") }
  }

  func fate(at time: Double, step: UInt64) -> WriteFate { faults.fate(at: time, step: step) }

  /// The newest checkpoint that is whole.
  func newest() -> Checkpoint? {
    do { return try Checkpoints.latest(in: run).newest } catch { preconditionFailure("\(error)") }
  }

  /// The one before it.
  func older() -> Checkpoint? {
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(run)/checkpoints").sorted()
      let whole = names.filter { $0.hasSuffix(".ckpt") }
      return whole.count > 1 ? try Checkpoint(path: "\(run)/checkpoints/\(whole[whole.count - 2])") : nil
    } catch { return nil }
  }

  /// - Returns: the checkpoint as it can be read; nil where the machine died.
  func write(_ cut: CutRecords, of job: SimulatedJob, _ fate: WriteFate, at time: Double, _ bug: SeededBug?) throws
    -> Checkpoint?
  {
    let header = CheckpointHeader(
      plan: job.plan, size: job.size, dataFingerprint: CoordinatorProcess.fingerprint,
      completedEpochs: cut.position.completedEpochs, step: cut.position.step,
      optimizerStep: cut.position.optimizerStep, positions: cut.position.positions, wallSeconds: time)
    if bug == .acceptedTear, let share = fate.tornAt {
      try write(cut.losing(share), header, WriteFate())
      return nil
    }
    try write(cut, header, fate)
    guard fate.tornAt == nil else { return nil }
    return try Checkpoint(
      path: Checkpoints.path(in: run, completedEpochs: header.completedEpochs, step: header.step))
  }

  private func write(_ cut: CutRecords, _ header: CheckpointHeader, _ fate: WriteFate) throws {
    var writer = try CheckpointWriter(
      run: run, header: header, history: Array(try JSONEncoder().encode(cut.history)), fate: fate)
    let servers = cut.placement.servers
    for (index, table) in CheckpointTable.allCases.enumerated() {
      let parts = Array(cut.records[index * servers..<(index + 1) * servers])
      let byteCount = header.rowCount(of: table) * header.recordByteCount(of: table)
      guard table == .dense || parts.reduce(0, { $0 + $1.count }) == byteCount else {
        throw SimulationFailure("a cut has not all rows of the table \(table.rawValue)")
      }
      try writer.begin(table)
      if table == .dense {
        try writer.append(denseSlices: parts, under: cut.placement)
      } else {
        try writer.append(interleaving: parts)
      }
    }
    try writer.finish()
  }
}
