import CoordinatorCore
import Faults
import ModelStore

/// A training alone and undisturbed: one worker, one server, `bsp`.
package struct Reference: Sendable {
  let history: JobHistory
  private let cuts: [Int: [[UInt8]]]

  package init(of job: SimulatedJob) throws {
    let cluster = try FaultyCluster(job: job.alone(), faults: FaultPlan(), seed: 0, reference: nil)
    try cluster.run()
    history = cluster.history
    cuts = cluster.ledger.cutsOfEpochs.mapValues(Self.records)
  }

  /// All records after so many epochs.
  func records(after epochs: Int) -> [[UInt8]]? { cuts[epochs] }

  static func records(of checkpoint: Checkpoint) -> [[UInt8]] {
    CheckpointTable.allCases.map { table in
      let records = checkpoint.records(of: table)
      // Safety: copied before the closure returns.
      return unsafe records.withUnsafeBytes { unsafe Array($0) }
    }
  }
}
