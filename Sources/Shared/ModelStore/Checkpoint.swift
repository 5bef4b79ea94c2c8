import FoundationEssentials
package import Plan
import SectionFile
import Tables

/// A consistent cut of a job: all parameters with their optimizer state, and the place in the data. It does not know
/// how many servers there were.
package struct Checkpoint: Sendable {
  package let header: CheckpointHeader
  /// What the job had reported so far, as it was given to the writer.
  package let history: [UInt8]
  private let file: SectionFile

  package var path: String { file.path }

  /// Opens a checkpoint and compares every checksum and every extent.
  package init(path: String) throws(ModelStoreError) {
    do throws(SectionFileError) {
      file = try SectionFile(path: path, kind: CheckpointWriter.kind, verify: true)
      // Safety: copied while the file is open.
      history = unsafe Array(try file.section(CheckpointWriter.historySection))
      header = try Self.header(of: file)
      for table in CheckpointTable.allCases {
        let found = unsafe try file.section(table.rawValue).count
        // Both factors are limited where the header is checked, so their product is a number.
        let expected = header.rowCount(of: table) * header.recordByteCount(of: table)
        guard found == expected else {
          throw SectionFileError(
            path: path, section: table.rawValue,
            .inconsistent("\(found) bytes of records where the plan needs \(expected)"))
        }
      }
    } catch {
      throw ModelStoreError(reading: error)
    }
  }

  private static func header(of file: SectionFile) throws(SectionFileError) -> CheckpointHeader {
    struct Version: Decodable { let formatVersion: Int }
    let header: CheckpointHeader
    do {
      let version = try JSONDecoder().decode(Version.self, from: Data(file.header)).formatVersion
      guard version == CheckpointHeader.currentVersion else {
        throw SectionFileError(
          path: file.path,
          .newerVersion(found: UInt32(clamping: version), readable: UInt32(CheckpointHeader.currentVersion)))
      }
      header = try JSONDecoder().decode(CheckpointHeader.self, from: Data(file.header))
    } catch let error as SectionFileError {
      throw error
    } catch {
      throw SectionFileError(path: file.path, section: "header", .inconsistent("\(error)"))
    }
    if let contradiction = header.contradiction {
      throw SectionFileError(path: file.path, section: "header", .inconsistent(contradiction))
    }
    return header
  }

  /// All records of a table, `[rows × recordByteCount]`.
  @_lifetime(borrow self)
  package func records(of table: CheckpointTable) -> RawSpan {
    do throws(SectionFileError) {
      // Safety: the span borrows self, which keeps the file, whose sections live as long.
      let bytes = unsafe try file.section(table.rawValue)
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    } catch {
      preconditionFailure("a section that was there is not: \(error)")
    }
  }

  /// The weights of a table as they are at the cut: `[rows × width]`.
  package func weights(of table: CheckpointTable) -> [Float] {
    let width = header.width(of: table)
    var weights = [Float](repeating: 0, count: header.rowCount(of: table) * width)
    var span = weights.mutableSpan
    RowRecord.weights(
      of: records(of: table), width: width, optimizer: header.optimizer(of: table), after: header.optimizerStep,
      into: &span)
    return weights
  }

  /// The records that a server holds at `places` of its part of a table: `[places.count × recordByteCount]` (for the
  /// dense vector, whose part is one row, the record of its slice).
  package func records(
    of table: CheckpointTable, on server: ServerID, under placement: Placement, places: Range<Int>
  ) -> [UInt8] {
    let all = records(of: table)
    if table == .dense {
      precondition(places == 0..<1, "places \(places) of the dense vector's one row")
      return denseSlice(of: all, placement.denseRange(of: header.width(of: .dense), on: server))
    }
    let size = header.recordByteCount(of: table)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(places.count * size)
    for place in places {
      let row = place * placement.servers + Int(server.rawValue)
      // Safety: copied before the closure returns.
      unsafe all.extracting(row * size..<(row + 1) * size).withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  private func denseSlice(of record: RawSpan, _ range: Range<Int>) -> [UInt8] {
    let optimizer = header.optimizer(of: .dense)
    var bytes = [UInt8](repeating: 0, count: RowRecord.byteCount(width: range.count, optimizer: optimizer))
    var span = bytes.mutableSpan
    // Safety: any bits are bytes.
    var slice = unsafe span.mutableBytes
    RowRecord.slice(range, of: record, width: header.width(of: .dense), optimizer: optimizer, into: &slice)
    return bytes
  }
}
