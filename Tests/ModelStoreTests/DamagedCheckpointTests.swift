import Foundation
import ModelStore
import Plan
import TestSupport
import Testing

/// Whatever happens to the bytes of the newest checkpoint, a run goes on from the one before it, and says what is wrong
/// with the newest.
@Suite struct DamagedCheckpointTests {
  /// A run with two checkpoints, whose newer one is written over.
  private struct Run {
    let folder: TemporaryFolder
    let good: String
    let bad: String
    let bytes: [UInt8]

    init() throws {
      folder = try TemporaryFolder()
      var job = SmallJob(.gmf, optimizer: .sgd)
      job.plan.averaging = 0
      good = try job.write(in: folder.path, completedEpochs: 1, step: 0)
      bad = try job.write(in: folder.path, completedEpochs: 2, step: 0)
      bytes = Array(try Data(contentsOf: URL(filePath: bad)))
    }

    /// What a run finds where the newer checkpoint holds these bytes; nil if it is as it should be.
    func complaint(about bytes: some Sequence<UInt8>) throws -> String? {
      try Data(bytes).write(to: URL(filePath: bad))
      let search = try Checkpoints.latest(in: folder.path)
      guard search.newest?.path == good, search.newest?.header.completedEpochs == 1 else {
        return "the run goes on from \(search.newest?.path ?? "nothing")"
      }
      guard search.passedOver.count == 1, let error = search.passedOver.first, error.kind == .damaged,
        error.path == bad, !error.problem.isEmpty
      else { return "the damage is told as \(search.passedOver)" }
      return nil
    }
  }

  @Test func cutOffAtEveryLength() throws {
    let run = try Run()
    #expect(try Checkpoints.latest(in: run.folder.path).newest?.path == run.bad)
    for length in 0..<run.bytes.count {
      if let complaint = try run.complaint(about: run.bytes.prefix(length)) {
        Issue.record("cut to \(length) of \(run.bytes.count) bytes: \(complaint)")
      }
    }
  }

  @Test(arguments: [0xFF, 0x01] as [UInt8])
  func withEveryByteFlipped(_ flip: UInt8) throws {
    let run = try Run()
    var bytes = run.bytes
    for index in bytes.indices {
      bytes[index] ^= flip
      if let complaint = try run.complaint(about: bytes) { Issue.record("byte \(index) changed: \(complaint)") }
      bytes[index] ^= flip
    }
  }

  @Test func withBytesBehindItsEnd() throws {
    let run = try Run()
    for more in [1, 63, 64, 4096] {
      let complaint = try run.complaint(about: run.bytes + [UInt8](repeating: 0, count: more))
      #expect(complaint == nil, "\(more) bytes more")
    }
  }
}
