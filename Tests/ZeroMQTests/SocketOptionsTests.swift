import Testing
import ZeroMQ

struct SocketOptionsTests {
  @Test(arguments: [Socket.Kind.dealer, .router])
  func libzmqTakesEveryOption(_ kind: Socket.Kind) throws {
    let context = try Context()
    var options = SocketOptions()
    options.routingID = PeerIdentity("name")
    options.kernelSendByteCount = 1 << 20
    options.kernelReceiveByteCount = 1 << 20
    options.routerHandover = true
    let socket = try Socket(context: context, kind: kind, options: options)
    #expect(socket.kind == kind)
  }

  @Test func aValueThatLibzmqRefusesIsAnError() throws {
    let context = try Context()
    var options = SocketOptions()
    options.sendHighWater = -1
    let error = #expect(throws: ZeroMQError.self) {
      _ = try Socket(context: context, kind: .dealer, options: options).kind
    }
    #expect(error?.call == "setsockopt")
  }
}
