package import Faults
import FoundationEssentials
import SectionFile

/// Writes a checkpoint as its records come: the tables in the order of `CheckpointTable`, each table's rows in their
/// order, whoever held them. The file gets its name when it is whole; unfinished, it goes with its writer.
package struct CheckpointWriter: ~Copyable {
  static let kind = "neumf-checkpoint"
  static let historySection = "history"

  package let header: CheckpointHeader
  private let run: String
  private let fate: WriteFate
  private var file: SectionFileWriter
  private(set) var table: CheckpointTable?
  private var missingByteCount = 0

  /// - Parameters:
  ///   - run: the RUN directory, which exists; the file goes into its `checkpoints/`
  ///   - history: what the job has reported so far, kept as it is
  ///   - fate: what a fault plan does to the file, its delay aside
  package init(
    run: String, header: CheckpointHeader, history: [UInt8], fate: WriteFate = WriteFate()
  ) throws(ModelStoreError) {
    self.run = run
    self.header = header
    self.fate = fate
    try Checkpoints.makeFolder(in: run)
    let path = Self.path(in: run, header)
    try fate.prepare(path)
    file = try Self.open(path, history: history)
  }

  private static func path(in run: String, _ header: CheckpointHeader) -> String {
    Checkpoints.path(in: run, completedEpochs: header.completedEpochs, step: header.step)
  }

  private static func open(_ path: String, history: [UInt8]) throws(ModelStoreError) -> SectionFileWriter {
    do throws(SectionFileError) {
      var file = try SectionFileWriter(path: path, kind: kind)
      try file.write(section: historySection, history.span)
      return file
    } catch {
      throw ModelStoreError(writing: error)
    }
  }

  /// Ends the table before and begins the next.
  package mutating func begin(_ table: CheckpointTable) throws(ModelStoreError) {
    requireWhole(before: table)
    self.table = table
    missingByteCount = header.rowCount(of: table) * header.recordByteCount(of: table)
    do throws(SectionFileError) { try file.begin(section: table.rawValue) } catch {
      throw ModelStoreError(writing: error)
    }
  }

  /// Records of the table's next rows.
  package mutating func append(_ records: RawSpan) throws(ModelStoreError) {
    precondition(
      records.byteCount <= missingByteCount, "\(records.byteCount) bytes where \(missingByteCount) are missing")
    missingByteCount -= records.byteCount
    do throws(SectionFileError) { try file.append(records) } catch { throw ModelStoreError(writing: error) }
  }

  /// Makes the file durable, gives it its name, and removes the checkpoints before the last two. One that is to be torn
  /// is, and its process is to end.
  package consuming func finish() throws(ModelStoreError) {
    requireWhole(before: nil)
    let header: [UInt8]
    do { header = Array(try JSONEncoder().encode(self.header)) } catch {
      preconditionFailure("a checkpoint's header cannot be encoded: \(error)")
    }
    let (run, fate, path) = (run, fate, Self.path(in: run, self.header))
    let (epoch, step) = (self.header.completedEpochs, self.header.step)
    do throws(SectionFileError) { try file.finish(header: header) } catch { throw ModelStoreError(writing: error) }
    if let share = fate.tornAt { return try fate.tear(path, at: share) }
    try Checkpoints.prune(in: run, upTo: (epoch, step))
  }

  private func requireWhole(before next: CheckpointTable?) {
    let order: [CheckpointTable?] = [nil] + CheckpointTable.allCases + [nil]
    let place = order.dropFirst().lastIndex(of: next) ?? 0
    precondition(order[place - 1] == table, "\(next?.rawValue ?? "the end") after \(table?.rawValue ?? "nothing")")
    precondition(missingByteCount == 0, "\(missingByteCount) bytes of \(table?.rawValue ?? "nothing") are missing")
  }
}
