import Kernels
import Testing

@Suite struct FloatBufferTests {
  @Test func keepsWhatIsWritten() {
    var buffer = FloatBuffer(count: 5)
    buffer[3] = 2
    var span = buffer.mutableSpan
    span[4] = 7
    #expect(buffer.span[3] == 2 && buffer.span[4] == 7 && buffer[0] == 0)
  }
}
