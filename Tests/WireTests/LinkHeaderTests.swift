import Testing
import Wire

@Suite struct LinkHeaderTests {
  private static func bytes(of header: LinkHeader) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: LinkHeader.byteCount) { memory, count in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
      header.write(into: &writer)
      count = writer.byteCount
    }
  }

  private static let headers = [LinkHeader.Kind.frame, .acknowledgement, .stranger].map {
    LinkHeader(kind: $0, from: 7, to: 0x0102_0304, sequence: .max, acknowledged: 9)
  }

  @Test(arguments: headers) func survivesTheWire(_ header: LinkHeader) throws {
    #expect(try LinkHeader(unsafe Self.bytes(of: header).span.bytes) == header)
    #expect(Self.bytes(of: header).count == LinkHeader.byteCount)
  }

  @Test(arguments: headers) func isReadWholeOrNotAtAll(_ header: LinkHeader) {
    for length in 0..<LinkHeader.byteCount {
      let cut = Array(Self.bytes(of: header)[..<length])
      #expect(throws: WireError.self) { try LinkHeader(unsafe cut.span.bytes) }
    }
  }

  @Test func bytesHaveTheirPlaces() {
    let header = LinkHeader(kind: .acknowledgement, from: 7, to: 0x0102_0304, sequence: 5, acknowledged: 9)
    #expect(
      Self.bytes(of: header) == [0x4E, 0x43, 0x4C, 2, 7, 0, 0, 0, 4, 3, 2, 1, 5, 0, 0, 0, 9, 0, 0, 0])
  }

  @Test func strangersAreRefused() {
    var bytes = Self.bytes(of: Self.headers[0])
    bytes[0] = 0x4F
    #expect(throws: WireError.self) { try LinkHeader(unsafe bytes.span.bytes) }
    bytes = Self.bytes(of: Self.headers[0])
    bytes[3] = 4
    #expect(throws: WireError.self) { try LinkHeader(unsafe bytes.span.bytes) }
    bytes = Self.bytes(of: Self.headers[0])
    bytes[4] = 0
    #expect(throws: WireError.self) { try LinkHeader(unsafe bytes.span.bytes) }
    #expect(throws: WireError.self) { try LinkHeader(unsafe (Self.bytes(of: Self.headers[1]) + [0]).span.bytes) }
  }
}
