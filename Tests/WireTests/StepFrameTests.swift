import Plan
import Testing
import Wire

private let request = StepRequest(
  job: JobID(0x1122_3344_5566_7788), membership: MembershipEpoch(2), worker: WorkerID(3), epoch: Epoch(4),
  step: Step(5), contributions: 1, wantedRows: 3, wantsRows: true, pushes: true)

private let reply = StepReply(
  job: JobID(1), membership: MembershipEpoch(2), server: ServerID(3), epoch: Epoch(4), step: Step(5), optimizerStep: 6,
  staleness: 7, rows: 2, dense: 3)

private func written(_ byteCount: Int, _ write: (inout FrameWriter) -> Void) -> [UInt8] {
  unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { memory, count in
    var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
    write(&writer)
    count = writer.byteCount
  }
}

@Suite struct StepFrameTests {
  /// A request with one contribution of two rows of width 2, one dense float and three wanted rows.
  private func wholeRequest(_ wire: WireFormat) -> [UInt8] {
    written(request.byteCount(itemRows: 2, width: 2, dense: 1, wire: wire)) { writer in
      request.write(into: &writer)
      StepRequest.writeContribution(ReductionTree.Node(level: 1, index: 2), rows: 2, into: &writer)
      writer.rows([4, 9].span)
      switch wire {
      case .fp32: writer.floats([1, 2, 3, 4].span)
      case .fp16: writer.withHalves(4) { span in for index in 0..<4 { span[index] = Float16(index + 1) } }
      }
      writer.floats([5].span)
      writer.rows([1, 2, 3].span)
      let isFull = writer.isFull
      #expect(isFull)
    }
  }

  private func read(
    _ bytes: [UInt8], rowLimit: Int = 10, _ wire: WireFormat = .fp32
  ) throws(WireError) -> (StepRequest, [UInt32], [Float]) {
    var reader = unsafe FrameReader(bytes.span.bytes)
    guard try FrameMark.read(&reader) == .stepRequest else { throw WireError("kind", "is another") }
    let header = try StepRequest(from: &reader, rowLimit: rowLimit)
    var rows: [UInt32] = []
    var values = [Float](repeating: 0, count: 5)
    for _ in 0..<header.contributions {
      let (node, count) = try StepRequest.readContribution(from: &reader, rowLimit: rowLimit)
      guard node == ReductionTree.Node(level: 1, index: 2), count == 2 else { throw WireError("node", "is another") }
      try reader.rows("item rows", count: count, below: rowLimit, into: &rows)
      var span = values.mutableSpan
      switch wire {
      case .fp32:
        var gradients = span._mutatingExtracting(0..<4)
        try reader.floats("item gradients", into: &gradients)
      case .fp16:
        let halves = try reader.take(8, "item gradients")
        for index in 0..<4 {
          span[index] = Float(unsafe halves.unsafeLoadUnaligned(fromByteOffset: 2 * index, as: Float16.self))
        }
      }
      var dense = span._mutatingExtracting(4..<5)
      try reader.floats("dense gradient", into: &dense)
    }
    var wanted: [UInt32] = []
    try reader.rows("wanted rows", count: header.wantedRows, below: rowLimit, into: &wanted)
    try reader.finish()
    return (header, rows + wanted, values)
  }

  @Test(arguments: WireFormat.allCases) func requestSurvivesTheWire(_ wire: WireFormat) throws {
    let (header, rows, values) = try read(wholeRequest(wire), wire)
    #expect(header == request)
    #expect(rows == [4, 9, 1, 2, 3])
    #expect(values == [1, 2, 3, 4, 5])
  }

  @Test(arguments: WireFormat.allCases) func unalignedRequestIsReadToo(_ wire: WireFormat) throws {
    let shifted = [0] + wholeRequest(wire)
    var reader = unsafe FrameReader(shifted.span.bytes.extracting(1..<shifted.count))
    #expect(try FrameMark.read(&reader) == .stepRequest)
    #expect(try StepRequest(from: &reader, rowLimit: 10) == request)
  }

  @Test(arguments: WireFormat.allCases) func truncatedRequestIsNamed(_ wire: WireFormat) {
    let whole = wholeRequest(wire)
    for length in 0..<whole.count {
      #expect(throws: WireError.self, "cut to \(length)") { try read(Array(whole.prefix(length)), wire) }
    }
  }

  /// Who expects the other format finds that the lengths do not fit.
  @Test(arguments: WireFormat.allCases) func requestInTheOtherFormatIsNamed(_ wire: WireFormat) {
    #expect(throws: WireError.self) { try read(wholeRequest(wire == .fp16 ? .fp32 : .fp16), wire) }
  }

  @Test func rowsBeyondTheTableAreRefused() {
    #expect(throws: WireError.self) { try read(wholeRequest(.fp32), rowLimit: 9) }
  }

  @Test func rowsOutOfOrderAreRefused() {
    var bytes = wholeRequest(.fp32)
    let firstRow = StepRequest.headerByteCount + StepRequest.contributionHeaderByteCount
    bytes.replaceSubrange(firstRow..<firstRow + 8, with: [9, 0, 0, 0, 9, 0, 0, 0])
    #expect(throws: WireError("item rows", "are not ascending below 10: 9 after 9")) { try read(bytes) }
  }

  @Test(arguments: WireFormat.allCases) func everyChangedByteIsAValueOrANamedError(_ wire: WireFormat) {
    let whole = wholeRequest(wire)
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= 0xff
      do throws(WireError) {
        _ = try read(bytes, wire)
      } catch {
        #expect(!error.field.isEmpty)
      }
    }
  }

  @Test(arguments: WireFormat.allCases) func replySurvivesTheWire(_ wire: WireFormat) throws {
    let bytes = written(reply.byteCount(width: 2, wire: wire)) { writer in
      reply.write(into: &writer)
      writer.withFloats(3) { span in for index in 0..<3 { span[index] = -1 } }
      switch wire {
      case .fp32: writer.withFloats(4) { span in for index in 0..<4 { span[index] = Float(index) } }
      case .fp16: writer.withHalves(4) { span in for index in 0..<4 { span[index] = Float16(index) } }
      }
      let isFull = writer.isFull
      #expect(isFull)
    }
    var reader = unsafe FrameReader(bytes.span.bytes)
    #expect(try FrameMark.read(&reader) == .stepReply)
    #expect(try StepReply(from: &reader, rowLimit: 2, denseLimit: 3) == reply)
    #expect(reader.remaining == 12 + 4 * wire.floatByteCount)
  }

  @Test func floatsStandAlignedInFrames() {
    #expect(StepReply.headerByteCount.isMultiple(of: 4) && BulkRequest.headerByteCount.isMultiple(of: 4))
  }

  @Test(arguments: StoredTable.allCases) func bulkSurvivesTheWire(_ table: StoredTable) throws {
    let bulk = BulkRequest(
      job: JobID(5), token: 6, action: .readRecords, table: table, first: 7, count: 8, optimizerStep: 9)
    let bytes = written(BulkRequest.headerByteCount) { writer in bulk.write(into: &writer) }
    var reader = unsafe FrameReader(bytes.span.bytes)
    #expect(try FrameMark.read(&reader) == .bulkRequest)
    #expect(try BulkRequest(from: &reader) == bulk)
    try reader.finish()
  }

  @Test func refusalKeepsItsReason() throws {
    let bytes = written(Refusal.byteCount("no")) { writer in Refusal.write("no", into: &writer) }
    var reader = unsafe FrameReader(bytes.span.bytes)
    #expect(try FrameMark.read(&reader) == .refusal)
    #expect(try Refusal.read(&reader) == "no")
  }

  @Test func strangeMarkIsNamed() {
    let bytes = [UInt8]("GET / HTTP/1.1".utf8)
    #expect(throws: WireError.self) {
      var reader = unsafe FrameReader(bytes.span.bytes)
      _ = try FrameMark.read(&reader)
    }
  }
}
