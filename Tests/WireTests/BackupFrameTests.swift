import Plan
import Testing
import Wire

private let frames: [BackupFrame] = [
  .begin(job: JobID(rawValue: .max), membership: MembershipEpoch(3), server: ServerID(513)), .receipt(count: 1 << 40),
  .lane(7, .offer(process: 12345, descriptor: 17, byteCount: 1 << 27, token: .max)), .lane(.max, .notice(sequence: 3)),
]

private func bytes(_ byteCount: Int, _ write: (inout FrameWriter) -> Void) -> [UInt8] {
  unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { memory, count in
    var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
    write(&writer)
    count = writer.byteCount
  }
}

@Suite struct BackupFrameTests {
  @Test(arguments: frames) func survivesTheWire(_ frame: BackupFrame) throws {
    let bytes = bytes(frame.byteCount) { writer in frame.write(into: &writer) }
    #expect(bytes.count == frame.byteCount)
    #expect(try BackupFrame(unsafe bytes.span.bytes) == frame)
    #expect(try LaneFrame(unsafe bytes.span.bytes) == nil)
  }

  @Test(arguments: frames) func isReadWholeOrNotAtAll(_ frame: BackupFrame) {
    let bytes = bytes(frame.byteCount) { writer in frame.write(into: &writer) }
    for length in 0..<bytes.count {
      let cut = Array(bytes[..<length])
      #expect(throws: WireError.self) { try BackupFrame(unsafe cut.span.bytes) }
    }
    #expect(throws: WireError.self) { try BackupFrame(unsafe (bytes + [0]).span.bytes) }
  }

  /// A backup has what changes rows, or who waits for what, and is spared the rest.
  @Test(
    arguments: [
      (BulkRequest.Action.readWeights, false), (.readRecords, false), (.writeRecords, true), (.awaitStep, true),
    ])
  func concernsWhatChangesAServer(_ action: BulkRequest.Action, _ concerns: Bool) throws {
    let request = BulkRequest(job: JobID(1), token: 0, action: action, table: .item, first: 0, count: 0)
    let bulk = bytes(BulkRequest.headerByteCount) { writer in request.write(into: &writer) }
    #expect(try BackupFrame.concerns(unsafe bulk.span.bytes) == concerns)
    let step = StepRequest(
      job: JobID(1), membership: MembershipEpoch(1), worker: WorkerID(0), epoch: Epoch(1), step: Step(0),
      contributions: 0, wantedRows: 0, wantsRows: false, pushes: false)
    let pull = bytes(StepRequest.headerByteCount) { writer in step.write(into: &writer) }
    #expect(try BackupFrame.concerns(unsafe pull.span.bytes))
    let other = bytes(frames[1].byteCount) { writer in frames[1].write(into: &writer) }
    #expect(try !BackupFrame.concerns(unsafe other.span.bytes))
  }
}
