import TestSupport
import Testing
import ZeroMQ

struct CurveKeysTests {
  private func options(_ curve: CurveRole) -> SocketOptions {
    var options = SocketOptions()
    options.curve = curve
    options.linger = .zero
    return options
  }

  @Test(arguments: Transport.allCases)
  func encryptedMessagesArriveUnchanged(_ transport: Transport) throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let server = try CurveKeys()
    let router = try Socket(context: context, kind: .router, options: options(.server(server)))
    let dealer = try Socket(
      context: context, kind: .dealer, options: options(.client(try CurveKeys(), ofServer: server.publicKey)))
    try dealer.connect(try router.bind(try transport.endpoint(scratch)))
    for byteCount in [0, 1, 4_095, 1 << 20] {
      let content = (0..<byteCount).map { UInt8($0 % 251) }
      #expect(try dealer.deliver(content))
      let delivery = try router.nextDelivery()
      let peer = delivery.peer
      let outcome = fate(try router.send(to: peer, delivery.takeMessage()))
      #expect(outcome == .sent)
      #expect(try dealer.nextMessage().content == content)
    }
  }

  /// A client that expects another server never gets a connection, so that the right one's message is the first.
  @Test func aClientRefusesAServerWithAnotherKey() throws {
    let context = try Context()
    let server = try CurveKeys()
    let router = try Socket(context: context, kind: .router, options: options(.server(server)))
    let endpoint = try router.bind(try Endpoint("tcp://127.0.0.1:*"))
    let misled = try Socket(
      context: context, kind: .dealer,
      options: options(.client(try CurveKeys(), ofServer: try CurveKeys().publicKey)))
    try misled.connect(endpoint)
    let dealer = try Socket(
      context: context, kind: .dealer, options: options(.client(try CurveKeys(), ofServer: server.publicKey)))
    try dealer.connect(endpoint)
    #expect(try dealer.deliver([7]))
    #expect(try router.nextDelivery().message.content == [7])
    let outcome = fate(try misled.send(try Message([1, 2])))
    #expect(outcome == .wouldBlock(returned: [1, 2]))
  }

  @Test func keysAreForgedAnewEachTime() throws {
    let (first, second) = (try CurveKeys().publicKey, try CurveKeys().publicKey)
    #expect(first.utf8.count == 40 && second.utf8.count == 40 && first != second)
  }

  @Test func aKeyOfAnotherLengthIsAnError() throws {
    let context = try Context()
    let error = #expect(throws: ZeroMQError.self) {
      _ = try Socket(
        context: context, kind: .dealer, options: options(.client(try CurveKeys(), ofServer: "short"))
      ).kind
    }
    #expect(error?.call == "setsockopt")
  }
}
