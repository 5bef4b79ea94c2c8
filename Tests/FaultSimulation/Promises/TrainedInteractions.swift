import Plan
import Simulation

/// Which interactions of each epoch and shard were trained, in the epoch's order.
struct TrainedInteractions {
  /// How many there are in each shard.
  private let counts: [Int]
  /// Per epoch, from 1, and shard: runs, in order.
  private var epochs: [[[Range<Int>]]] = []

  init(_ job: SimulatedJob) { counts = job.shardMap.interactions }

  mutating func add(_ range: Range<Int>, of shard: Int, in epoch: Int) throws {
    guard !range.isEmpty else { return }
    while epochs.count < epoch { epochs.append(counts.map { _ in [] }) }
    for run in epochs[epoch - 1][shard] where run.overlaps(range) {
      throw SimulationFailure("the interactions \(range) of shard \(shard) are trained again in epoch \(epoch)")
    }
    epochs[epoch - 1][shard].append(range)
  }

  /// How many of a shard's are trained without a gap from the first on; nil if others are, too.
  func reach(of shard: Int, in epoch: Int) -> Int? {
    guard epoch <= epochs.count else { return 0 }
    var end = 0
    for run in epochs[epoch - 1][shard].sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard run.lowerBound == end else { return nil }
      end = run.upperBound
    }
    return end
  }

  func isWhole(_ shards: Range<Int>, in epoch: Int) -> Bool {
    shards.allSatisfy { reach(of: $0, in: epoch) == counts[$0] }
  }
}
