import Testing
import Wire

private let frames: [LaneFrame] = [
  .offer(process: 12345, descriptor: 17, byteCount: 1 << 27, token: .max), .acceptance(token: 3),
  .notice(sequence: 1 << 31),
]

private func bytes(of frame: LaneFrame) -> [UInt8] {
  unsafe [UInt8](unsafeUninitializedCapacity: frame.byteCount) { memory, count in
    var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
    frame.write(into: &writer)
    count = writer.byteCount
  }
}

@Suite struct LaneFrameTests {
  @Test(arguments: frames) func survivesTheWire(_ frame: LaneFrame) throws {
    let bytes = bytes(of: frame)
    #expect(bytes.count == frame.byteCount)
    #expect(try LaneFrame(unsafe bytes.span.bytes) == frame)
  }

  @Test(arguments: frames) func isReadWholeOrNotAtAll(_ frame: LaneFrame) {
    let bytes = bytes(of: frame)
    for length in 0..<bytes.count {
      let cut = Array(bytes[..<length])
      #expect(throws: WireError.self) { try LaneFrame(unsafe cut.span.bytes) }
    }
    #expect(throws: WireError.self) { try LaneFrame(unsafe (bytes + [0]).span.bytes) }
  }

  /// libzmq keeps messages of up to 33 bytes in place, so that a ring, which is a header alone, takes no memory.
  @Test func ringIsSmall() { #expect(LinkHeader.byteCount <= 33) }

  @Test func impossibleLengthIsRefused() {
    let bytes = bytes(of: .offer(process: 1, descriptor: 1, byteCount: .max, token: 1))
    #expect(throws: WireError.self) { try LaneFrame(unsafe bytes.span.bytes) }
  }

  @Test func otherFramesAreNone() throws {
    let reason = "no"
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Refusal.byteCount(reason)) { memory, count in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
      Refusal.write(reason, into: &writer)
      count = writer.byteCount
    }
    #expect(try LaneFrame(unsafe bytes.span.bytes) == nil)
  }
}
