extension RowTable {
  /// The bytes of one row's whole state, as `RowRecord` describes it; the step of the last gradient is 0 where the rule
  /// does not ask for it.
  package var stateByteCount: Int { RowRecord.byteCount(width: width, optimizer: optimizer) }

  /// Copies the state of some rows, `[rows.count × stateByteCount]`, for a checkpoint or a move.
  package func dump(rows: Range<Int>, into bytes: inout MutableRawSpan) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows \(rows) of \(rowCount)")
    precondition(bytes.byteCount == rows.count * stateByteCount, "\(bytes.byteCount) bytes for \(rows.count) rows")
    for (place, row) in rows.enumerated() {
      let start = place * stateByteCount
      for part in 0..<optimizer.recordParts {
        for block in 0..<blocks {
          let index = block * Lanes.width
          bytes.setLanes(
            lanes(of: row, part: part, block: block), at: start + (part * width + index) * 4, count: width - index)
        }
      }
      let last = lastSteps.isEmpty ? 0 : lastSteps[row]
      bytes.storeBytes(of: last, toByteOffset: start + stateByteCount - 8, as: UInt64.self)
    }
  }

  /// Takes over the state that `dump` wrote, whatever the bytes are.
  package mutating func restore(rows: Range<Int>, from bytes: RawSpan) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows \(rows) of \(rowCount)")
    precondition(bytes.byteCount == rows.count * stateByteCount, "\(bytes.byteCount) bytes for \(rows.count) rows")
    let (stateByteCount, width) = (stateByteCount, width)
    for (place, row) in rows.enumerated() {
      let start = place * stateByteCount
      for part in 0..<optimizer.recordParts {
        for block in 0..<blocks {
          let index = block * Lanes.width
          let value = bytes.lanes(at: start + (part * width + index) * 4, count: width - index)
          setLanes(value, of: row, part: part, block: block)
        }
      }
      // Safety: any bits are a number; the load checks the offset.
      let last = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start + stateByteCount - 8, as: UInt64.self)
      if !lastSteps.isEmpty { lastSteps[row] = last }
    }
  }

  /// The parts of a record stand in two buffers: the average apart from what every step needs.
  private func lanes(of row: Int, part: Int, block: Int) -> Lanes {
    part > optimizer.momentCount
      ? averages.span[row * blocks + block] : lanes.span[row * stride + part * blocks + block]
  }

  private mutating func setLanes(_ value: Lanes, of row: Int, part: Int, block: Int) {
    if part > optimizer.momentCount {
      averages.set(value, at: row * blocks + block)
    } else {
      lanes.set(value, at: row * stride + part * blocks + block)
    }
  }

  /// The same into memory that the caller keeps alive, `[rows.count × stateByteCount]` bytes.
  @unsafe package func dump(rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) {
    // Safety: the caller's memory, for the call.
    var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
    dump(rows: rows, into: &span)
  }

  /// The same from memory that the caller keeps alive.
  @unsafe package mutating func restore(rows: Range<Int>, from bytes: UnsafeRawBufferPointer) {
    // Safety: the caller's memory, for the call.
    restore(rows: rows, from: unsafe RawSpan(_unsafeBytes: bytes))
  }
}
