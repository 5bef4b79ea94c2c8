import Foundation
import ModelStore
import TestSupport
import Testing

@Suite struct CheckpointsTests {
  private func names(_ run: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Checkpoints.folder(in: run)).sorted()
  }

  @Test func findsNoneWhereThereIsNone() throws {
    let folder = try TemporaryFolder()
    let search = try Checkpoints.latest(in: folder.url.path)
    #expect(search.newest == nil && search.passedOver.isEmpty)
  }

  @Test func keepsTheLastTwo() throws {
    let folder = try TemporaryFolder()
    let run = folder.url.path
    for (epoch, step) in [(1, 0), (1, 500), (2, 0), (9, 3), (10_000, 0), (10_001, 7)] {
      try SmallJob().write(in: run, completedEpochs: epoch, step: step)
    }
    #expect(try names(run) == ["epoch-10000-step-000000.ckpt", "epoch-10001-step-000007.ckpt"])
    #expect(try Checkpoints.latest(in: run).newest?.header.completedEpochs == 10_001)
    try Checkpoints.removeAll(in: run)
    #expect(try Checkpoints.latest(in: run).newest == nil)
  }

  @Test func namesItsFilesByEpochAndStep() {
    #expect(Checkpoints.path(in: "R", completedEpochs: 3, step: 120) == "R/checkpoints/epoch-0003-step-000120.ckpt")
  }

  @Test func passesOverTheDamaged() throws {
    let folder = try TemporaryFolder()
    let run = folder.url.path
    let good = try SmallJob().write(in: run, completedEpochs: 1, step: 0)
    let bad = try SmallJob().write(in: run, completedEpochs: 2, step: 0)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: bad))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: bad))
    let torn = Checkpoints.path(in: run, completedEpochs: 3, step: 0)
    try bytes.prefix(1000).write(to: URL(fileURLWithPath: torn))
    let search = try Checkpoints.latest(in: run)
    #expect(search.newest?.path == good)
    #expect(search.passedOver.map(\.path) == [torn, bad])
    #expect(search.passedOver[0].problem.contains("truncated"))
    #expect(search.passedOver[1].problem.contains("checksum"))
  }

  @Test func clearsAwayWhatDeadWritersLeft() throws {
    let folder = try TemporaryFolder()
    let run = folder.url.path
    try SmallJob().write(in: run, completedEpochs: 1)
    let living = "epoch-0009-step-000000.ckpt.partial-\(getpid())"
    // Limit: the highest process number of Linux is 2²².
    for name in [living, "epoch-0009-step-000000.ckpt.partial-4194305", "notes.txt"] {
      try Data().write(to: URL(fileURLWithPath: "\(Checkpoints.folder(in: run))/\(name)"))
    }
    try SmallJob().write(in: run, completedEpochs: 2)
    #expect(try names(run) == ["epoch-0001-step-000030.ckpt", "epoch-0002-step-000030.ckpt", living, "notes.txt"])
  }

  @Test func leavesNothingOfAnUnfinishedCheckpoint() throws {
    let folder = try TemporaryFolder()
    let run = folder.url.path
    do {
      var writer = try CheckpointWriter(run: run, header: SmallJob().header(), history: [])
      try writer.begin(.user)
    }
    #expect(try names(run) == [])
  }

  @Test func namesAFolderThatCannotBeWritten() throws {
    do throws(ModelStoreError) {
      _ = try CheckpointWriter(run: "/proc/nowhere", header: SmallJob().header(), history: [])
      Issue.record("wrote to /proc")
    } catch {
      #expect(error.kind == .unwritable && error.path == "/proc/nowhere/checkpoints")
    }
  }
}
