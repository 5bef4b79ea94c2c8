import Testing
import ZeroMQ

struct MessageTests {
  @Test(arguments: [0, 1, 32, 33, 34, 4096])
  func itBeginsAsZerosAndKeepsWhatIsWritten(_ byteCount: Int) throws {
    var message = try Message(byteCount: byteCount)
    #expect(message.byteCount == byteCount)
    #expect(message.content == [UInt8](repeating: 0, count: byteCount))
    let content = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
    var span = message.mutableBytes
    for (offset, byte) in content.enumerated() { span.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self) }
    let moved = message
    #expect(moved.content == content)
  }
}
