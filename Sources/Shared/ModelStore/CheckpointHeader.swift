package import Plan
import SectionFile
package import Tables

/// What a checkpoint says of itself: the job, and where in it the cut lies.
package struct CheckpointHeader: Codable, Sendable, Equatable {
  /// It grows when the meaning of a field or of a record changes.
  package static let currentVersion = 1

  package let formatVersion: Int
  package var plan: TrainingPlan
  package var size: ProblemSize
  package var dataFingerprint: String
  /// Epochs that are finished.
  package var completedEpochs: Int
  /// Steps of the next epoch that are done.
  package var step: Int
  /// Optimizer steps so far.
  package var optimizerStep: UInt64
  /// Interactions of the next epoch that are done, per shard, in `ssp` and `async`; empty in `bsp`.
  package var positions: [UInt32]
  /// What the job has taken so far, all its runs together.
  package var wallSeconds: Double

  package init(
    plan: TrainingPlan, size: ProblemSize, dataFingerprint: String, completedEpochs: Int, step: Int,
    optimizerStep: UInt64, positions: [UInt32] = [], wallSeconds: Double
  ) {
    formatVersion = Self.currentVersion
    self.plan = plan
    self.size = size
    self.dataFingerprint = dataFingerprint
    self.completedEpochs = completedEpochs
    self.step = step
    self.optimizerStep = optimizerStep
    self.positions = positions
    self.wallSeconds = wallSeconds
  }

  package func optimizer(of table: CheckpointTable) -> OptimizerSettings {
    OptimizerSettings(plan: plan, size: size, writers: table == .user ? 1 : nil)
  }

  package func rowCount(of table: CheckpointTable) -> Int {
    switch table {
    case .user: size.users
    case .item: size.itemRows
    case .dense: 1
    }
  }

  package func width(of table: CheckpointTable) -> Int {
    switch table {
    case .user, .item: plan.shape.rowWidth
    case .dense: plan.shape.denseCount
    }
  }

  /// The bytes of one row's record (see `RowRecord`).
  package func recordByteCount(of table: CheckpointTable) -> Int {
    RowRecord.byteCount(width: width(of: table), optimizer: optimizer(of: table))
  }

  /// The bytes of the record of a slice of the dense vector.
  package func recordByteCount(ofDenseSlice width: Int) -> Int {
    RowRecord.byteCount(width: width, optimizer: optimizer(of: .dense))
  }

  /// What does not fit together in a header that was read; nil where all does.
  var contradiction: String? {
    do throws(PlanError) { try plan.validate() } catch { return "a plan that cannot be carried out: \(error)" }
    // Limit: as many rows as a 32-bit row number tells apart.
    let rows = 0...Int(UInt32.max)
    guard rows.contains(size.users), rows.contains(size.items),
      (0...ProblemSize.interactionLimit).contains(size.trainingInteractions), rows.contains(size.features),
      rows.contains(size.itemRows), (0...size.items).contains(size.coldItems)
    else {
      return "\(size.users) users, \(size.items) items and \(size.trainingInteractions) interactions"
    }
    // Limit: a step is a 32-bit number; an optimizer's has the millions of steps that a job adds to it still before it.
    guard (0...TrainingPlan.epochLimit).contains(completedEpochs), (0..<Int(UInt32.max)).contains(step),
      optimizerStep <= 1 << 60
    else { return "\(completedEpochs) epochs, \(step) steps and \(optimizerStep) of the optimizer" }
    guard positions.isEmpty || positions.count == plan.shardCount else {
      return "\(positions.count) positions for \(plan.shardCount) shards"
    }
    return nil
  }
}

/// The tables of a checkpoint, each a section of the same name: the rows of users, of items, and the dense vector as
/// one wide row.
package enum CheckpointTable: String, Sendable, CaseIterable {
  case user
  case item
  case dense
}
