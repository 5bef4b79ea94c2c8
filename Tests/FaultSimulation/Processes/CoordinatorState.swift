import CoordinatorCore
import ModelStore
import Plan

extension JobPosition {
  /// Where a job goes on from a checkpoint.
  init(_ checkpoint: Checkpoint) {
    self.init()
    completedEpochs = checkpoint.header.completedEpochs
    step = checkpoint.header.step
    positions = checkpoint.header.positions
    optimizerStep = checkpoint.header.optimizerStep
  }
}

extension JobCoordinator {
  var placement: Placement { Placement(workers: cluster.workers, servers: cluster.servers) }
}
