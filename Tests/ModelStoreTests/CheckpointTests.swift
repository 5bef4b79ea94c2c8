import Foundation
import ModelStore
import Plan
import SectionFile
import Tables
import TestSupport
import Testing

@Suite struct CheckpointTests {
  @Test(arguments: OptimizerKind.allCases, ModelKind.allCases)
  func readsBackWhatWasWritten(optimizer: OptimizerKind, model: ModelKind) throws {
    let folder = try TemporaryFolder()
    let job = SmallJob(model, optimizer: optimizer)
    let checkpoint = try Checkpoint(path: job.write(in: folder.url.path))
    #expect(checkpoint.header == job.header())
    #expect(checkpoint.history == Array(#"{"epochs":[]}"#.utf8))
    for table in CheckpointTable.allCases {
      let records = checkpoint.records(of: table).bytes
      #expect(records == job.records(table))
      #expect(checkpoint.weights(of: table).map(\.bitPattern) == job.model(table).map(\.bitPattern))
    }
  }

  @Test(arguments: [1, 2, 3, 13], [1, 2, 5])
  func movesBetweenNumbersOfServers(before: Int, after: Int) throws {
    let folder = try TemporaryFolder()
    let job = SmallJob()
    let placement = Placement(workers: 1, servers: before)
    let whole = try Checkpoint(path: job.write(in: folder.url.path))
    var writer = try CheckpointWriter(run: folder.url.path, header: job.header(completedEpochs: 3), history: [])
    for table in CheckpointTable.allCases {
      try writer.begin(table)
      if table == .dense {
        let slices = (0..<before).map { whole.records(of: .dense, on: ServerID($0), under: placement, places: 0..<1) }
        try writer.append(denseSlices: slices, under: placement)
      } else {
        let most = placement.rowCount(of: job.header().rowCount(of: table), on: ServerID(0))
        for first in stride(from: 0, to: most, by: 2) {
          let parts = (0..<before).map { server in
            let held = placement.rowCount(of: job.header().rowCount(of: table), on: ServerID(server))
            return whole.records(
              of: table, on: ServerID(server), under: placement, places: min(first, held)..<min(first + 2, held))
          }
          try writer.append(interleaving: parts)
        }
      }
    }
    try writer.finish()
    let copy = try Checkpoint(path: Checkpoints.path(in: folder.url.path, completedEpochs: 3, step: 30))
    for table in CheckpointTable.allCases {
      #expect(copy.records(of: table).bytes == job.records(table))
    }
    let slice = copy.records(
      of: .dense, on: ServerID(after - 1), under: Placement(workers: 1, servers: after), places: 0..<1)
    let range = Placement(workers: 1, servers: after).denseRange(of: job.plan.shape.denseCount, on: ServerID(after - 1))
    var table = RowTable(rows: 1, width: range.count, optimizer: job.optimizer)
    // Safety: the memory lives for the call.
    unsafe slice.withUnsafeBytes { unsafe table.restore(rows: 0..<1, from: $0) }
    #expect(table.model(after: 9) == Array(job.model(.dense)[range]))
  }

  @Test func refusesWhatDoesNotFitItsPlan() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.ckpt")
    func write(_ header: CheckpointHeader, users: Int) throws {
      var writer = try SectionFileWriter(path: path, kind: "neumf-checkpoint")
      try writer.write(section: "history", [UInt8]().span)
      try writer.write(section: "user", [UInt8](repeating: 0, count: users).span)
      for table in [CheckpointTable.item, .dense] {
        let bytes = header.rowCount(of: table) * header.recordByteCount(of: table)
        try writer.write(section: table.rawValue, [UInt8](repeating: 0, count: max(0, bytes)).span)
      }
      try writer.finish(header: Array(JSONEncoder().encode(header)))
    }
    func refusal() -> String? {
      do throws(ModelStoreError) {
        _ = try Checkpoint(path: path)
        return nil
      } catch {
        #expect(error.kind == .damaged && error.path == path)
        return error.problem
      }
    }
    let header = SmallJob().header()
    try write(header, users: 11 * header.recordByteCount(of: .user))
    #expect(refusal() == nil)
    try write(header, users: 10 * header.recordByteCount(of: .user))
    #expect(refusal()?.contains("section \"user\"") == true)
    var impossible = header
    impossible.size = ProblemSize(users: -1, items: 7, trainingInteractions: 40)
    try write(impossible, users: 0)
    #expect(refusal()?.contains("-1 users") == true)
    func refusal(of header: CheckpointHeader) throws -> String? {
      var writer = try SectionFileWriter(path: path, kind: "neumf-checkpoint")
      try writer.write(section: "history", [UInt8]().span)
      try writer.finish(header: Array(JSONEncoder().encode(header)))
      return refusal()
    }
    var untrainable = header
    untrainable.plan.learningRate = -1
    #expect(try refusal(of: untrainable)?.contains("learning-rate") == true)
    // These used to overflow where steps are counted.
    impossible.size = ProblemSize(users: 11, items: 7, trainingInteractions: .max)
    #expect(try refusal(of: impossible)?.contains("\(Int.max) interactions") == true)
    for spoil: (inout CheckpointHeader) -> Void in [
      { $0.optimizerStep = .max }, { $0.step = .max }, { $0.completedEpochs = .max },
    ] {
      impossible = header
      spoil(&impossible)
      #expect(try refusal(of: impossible)?.contains("of the optimizer") == true)
    }
  }

  @Test func namesTheDamageAtAnyPlace() throws {
    let folder = try TemporaryFolder()
    let path = try SmallJob(.mf, optimizer: .sgd).write(in: folder.url.path)
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    for place in stride(from: 0, to: good.count, by: 7) {
      var bad = good
      bad[place] ^= 0x10
      try bad.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: ModelStoreError.self) { try Checkpoint(path: path) }
      #expect(error?.kind == .damaged)
      try good.prefix(place).write(to: URL(fileURLWithPath: path))
      #expect(throws: ModelStoreError.self) { try Checkpoint(path: path) }
    }
  }

  @Test func refusesRecordsThatAreMissing() async {
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryFolder()
      var writer = try CheckpointWriter(run: folder.url.path, header: SmallJob().header(), history: [])
      try writer.begin(.user)
      try writer.begin(.item)
    }
  }
}
