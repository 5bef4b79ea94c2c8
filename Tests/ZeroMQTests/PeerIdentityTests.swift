import Testing
import ZeroMQ

struct PeerIdentityTests {
  private func identity(_ bytes: [UInt8]) throws -> PeerIdentity? {
    let message = try Message(bytes)
    return PeerIdentity(message.bytes)
  }

  @Test func everyByteCountFromOneToThirtyTwoIsKept() throws {
    for byteCount in 1...32 {
      let bytes = (0..<byteCount).map { UInt8(255 - $0 * 7) }
      let kept = try #require(try identity(bytes))
      #expect(kept.byteCount == byteCount)
      #expect((0..<byteCount).map { kept[$0] } == bytes)
    }
    #expect(try identity([]) == nil)
    #expect(try identity([UInt8](repeating: 1, count: 33)) == nil)
  }

  @Test func differentBytesAreDifferentIdentities() throws {
    let identities = try [[0], [0, 0], [1], [0, 1], [1, 0]].map { try #require(try identity($0)) }
    #expect(Set(identities).count == identities.count)
  }

  @Test func namesAreText() throws {
    let named = try #require(PeerIdentity("worker-3.a1b2"))
    #expect(named.description == "worker-3.a1b2")
    #expect(try identity(Array("worker-3.a1b2".utf8)) == named)
    #expect(PeerIdentity("") == nil)
    #expect(PeerIdentity("\0worker") == nil)
    #expect(PeerIdentity(String(repeating: "x", count: 33)) == nil)
  }

  @Test func whatDoesNotPrintIsShownAsDigits() throws {
    let madeUp = try #require(try identity([0, 0x6b, 0x8b, 0x45, 0x67]))
    #expect(madeUp.description == "006b8b4567")
  }
}
