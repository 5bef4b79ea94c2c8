import Faults
import Foundation
import ModelStore
import TestSupport
import Testing

/// What a fault plan does to a checkpoint's file leaves the one before it readable.
@Suite struct InjuredCheckpointTests {
  private func names(_ run: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Checkpoints.folder(in: run)).sorted()
  }

  @Test func fullDiskTakesNothing() throws {
    let folder = try TemporaryFolder()
    let run = folder.url.path
    let good = try SmallJob().write(in: run, completedEpochs: 1, step: 0)
    var fate = WriteFate()
    fate.isFull = true
    let error = try #require(throws: ModelStoreError.self) {
      try SmallJob().write(in: run, completedEpochs: 2, step: 0, fate)
    }
    #expect(error.kind == .unwritable && error.problem.contains("No space left on device"), "\(error)")
    #expect(try names(run) == ["epoch-0001-step-000000.ckpt"])
    #expect(try Checkpoints.latest(in: run).newest?.path == good)
    // When there is room again, all is as it was.
    try SmallJob().write(in: run, completedEpochs: 2, step: 0)
    #expect(try Checkpoints.latest(in: run).newest?.header.completedEpochs == 2)
  }

  /// By share: no name yet, cut off, wrong bytes.
  @Test(arguments: [(0.0, 0), (0.1, 0), (0.3, 1), (0.79, 1), (0.81, 1), (0.999_999, 1)])
  func tornWriteIsPassedOver(share: Double, damaged: Int) throws {
    let folder = try TemporaryFolder()
    let run = folder.url.path
    try SmallJob().write(in: run, completedEpochs: 1, step: 0)
    let good = try SmallJob().write(in: run, completedEpochs: 2, step: 0)
    var fate = WriteFate()
    fate.tornAt = share
    try SmallJob().write(in: run, completedEpochs: 3, step: 0, fate)
    let search = try Checkpoints.latest(in: run)
    #expect(search.newest?.path == good && search.passedOver.count == damaged)
    #expect(try names(run).count == 3)
    // The successor writes it anew, and clears away what was left.
    try SmallJob().write(in: run, completedEpochs: 3, step: 0)
    #expect(try Checkpoints.latest(in: run).newest?.header.completedEpochs == 3)
    #expect(try names(run).count == 2)
  }
}
