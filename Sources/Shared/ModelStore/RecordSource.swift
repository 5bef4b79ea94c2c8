package import Plan

/// Whence the servers of a job are given their rows, whatever their number.
package protocol RecordSource: Sendable {
  var header: CheckpointHeader { get }
  /// The records that a server holds at `places` of its part of a table: `[places.count × recordByteCount]` (for the
  /// dense vector, whose part is one row, the record of its slice).
  func records(
    of table: CheckpointTable, on server: ServerID, under placement: Placement, places: Range<Int>
  ) -> [UInt8]
}

extension Checkpoint: RecordSource {}
