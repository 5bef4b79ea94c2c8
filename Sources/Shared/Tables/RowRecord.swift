/// A row's whole state as bytes: `[weights | first moment | second moment | average | step of the last gradient]`, as
/// many moments as the rule has, and the average where one is kept; floats of 4 bytes and a step of 8, little-endian,
/// without gaps.
package enum RowRecord {
  package static func byteCount(width: Int, optimizer: OptimizerSettings) -> Int {
    width * 4 * optimizer.recordParts + 8
  }

  /// Cuts the slice `range` out of a record that is `width` floats wide: the record of a row of `range.count` floats.
  package static func slice(
    _ range: Range<Int>, of record: RawSpan, width: Int, optimizer: OptimizerSettings, into slice: inout MutableRawSpan
  ) {
    precondition(range.lowerBound >= 0 && range.upperBound <= width, "floats \(range) of \(width)")
    check(record.byteCount, width, optimizer)
    check(slice.byteCount, range.count, optimizer)
    for part in 0..<optimizer.recordParts {
      let source = record.extracting((part * width + range.lowerBound) * 4..<(part * width + range.upperBound) * 4)
      copy(source, to: part * range.count * 4, of: &slice)
    }
    copy(record.extracting(last: 8), to: slice.byteCount - 8, of: &slice)
  }

  /// Puts the record of a slice back where `slice(_:of:)` found it. Slices of one row have had the same steps; the last
  /// one that is put in gives the row its step.
  package static func insert(
    _ slice: RawSpan, at range: Range<Int>, width: Int, optimizer: OptimizerSettings, into record: inout MutableRawSpan
  ) {
    precondition(range.lowerBound >= 0 && range.upperBound <= width, "floats \(range) of \(width)")
    check(slice.byteCount, range.count, optimizer)
    check(record.byteCount, width, optimizer)
    for part in 0..<optimizer.recordParts {
      let source = slice.extracting(part * range.count * 4..<(part + 1) * range.count * 4)
      copy(source, to: (part * width + range.lowerBound) * 4, of: &record)
    }
    copy(slice.extracting(last: 8), to: record.byteCount - 8, of: &record)
  }

  /// The weights that some rows' records give the model, as `RowTable.readModel` has them after step `step`:
  /// `[records.byteCount / byteCount × width]`.
  @_lifetime(weights: copy weights)
  package static func weights(
    of records: RawSpan, width: Int, optimizer: OptimizerSettings, after step: UInt64,
    into weights: inout MutableSpan<Float>
  ) {
    let size = byteCount(width: width, optimizer: optimizer)
    let rows = records.byteCount / size
    precondition(
      records.byteCount == rows * size && weights.count == rows * width,
      "\(records.byteCount) bytes of records and \(weights.count) weights for rows of \(width)")
    var table = RowTable(rows: min(rows, rowsAtOnce), width: width, optimizer: optimizer)
    for first in stride(from: 0, to: rows, by: rowsAtOnce) {
      let count = min(rowsAtOnce, rows - first)
      table.restore(rows: 0..<count, from: records.extracting(first * size..<(first + count) * size))
      for row in 0..<count {
        var copy = weights._mutatingExtracting((first + row) * width..<(first + row + 1) * width)
        table.readModelRow(row, after: step, into: &copy)
      }
    }
  }

  /// Fits the second-level cache at the widths that are common.
  private static let rowsAtOnce = 512

  private static func check(_ byteCount: Int, _ width: Int, _ optimizer: OptimizerSettings) {
    precondition(
      byteCount == Self.byteCount(width: width, optimizer: optimizer), "\(byteCount) bytes for a record of \(width)")
  }

  private static func copy(_ source: RawSpan, to offset: Int, of target: inout MutableRawSpan) {
    for index in 0..<source.byteCount {
      // Safety: a byte has no invalid bits, and the index lies inside the span, which the load checks.
      let byte = unsafe source.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      target.storeBytes(of: byte, toByteOffset: offset + index, as: UInt8.self)
    }
  }
}
