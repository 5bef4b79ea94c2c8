import Telemetry
import Testing

struct CRC32CTests {
  /// The examples of RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRCs.
  @Test func theKnownVectorsComeOut() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(0..<32 as Range<UInt8>) == 0x46DD_794E)
    #expect(CRC32C.checksum((0..<32 as Range<UInt8>).reversed()) == 0x113F_DB5C)
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.checksum([]) == 0)
  }

  @Test func theMaskIsThatOfTheFormat() {
    // Turned right by 15, plus the constant of the TFRecord format.
    #expect(CRC32C.masked([]) == 0xA282_EAD8)
    #expect(CRC32C.masked("123456789".utf8) == (0x2507_C60D as UInt32) &+ 0xA282_EAD8)
  }
}
