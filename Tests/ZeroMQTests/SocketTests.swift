import CZeroMQ
import TestSupport
import Testing
import ZeroMQ

struct SocketTests {
  @Test(arguments: Transport.allCases)
  func everySizeComesBackUnchanged(_ transport: Transport) throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let router = try Socket(context: context, kind: .router)
    let dealer = try Socket(context: context, kind: .dealer)
    try dealer.connect(try router.bind(try transport.endpoint(scratch)))
    // No period divides a power of two, so that bytes out of place show.
    let noise = (0..<8).reduce(into: (0..<(1 << 20)).map { UInt8($0 % 251) }) { all, _ in all += all.prefix(1 << 20) }
    for byteCount in [0, 1, 7, 29, 33, 34, 64, 4_095, 65_536, 1 << 20, 8 << 20] {
      let content = Array(noise[(noise.count - byteCount)...])
      #expect(try dealer.deliver(content))
      let delivery = try router.nextDelivery()
      #expect(delivery.message.byteCount == byteCount)
      let peer = delivery.peer
      let outcome = fate(try router.send(to: peer, delivery.takeMessage()))
      #expect(outcome == .sent)
      #expect(try dealer.nextMessage().content == content)
    }
  }

  @Test(arguments: Transport.allCases)
  func peersOnThreadsOfTheirOwnGetTheirOwnReplies(_ transport: Transport) async throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let peerCount = 3
    let rounds = 50
    let (endpoints, listening) = AsyncStream.makeStream(of: Endpoint.self)
    async let served: Void = onThread {
      let router = try Socket(context: context, kind: .router)
      listening.yield(try router.bind(try transport.endpoint(scratch)))
      for _ in 0..<peerCount * (rounds + 1) {
        let delivery = try router.nextDelivery()
        let content = delivery.message.content
        if content.count == 1 { continue }
        let outcome = fate(try router.send(to: delivery.peer, try Message(content + [99])))
        guard delivery.peer == PeerIdentity("worker-\(content[0])"), outcome == .sent else {
          throw Surprise(what: "the reply to \(delivery.peer) met with \(outcome)")
        }
      }
    }
    let endpoint = try #require(await endpoints.first { _ in true })
    let replies = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
      for peer in 0..<peerCount {
        group.addTask {
          try await onThread {
            var options = SocketOptions()
            options.routingID = PeerIdentity("worker-\(peer)")
            let dealer = try Socket(context: context, kind: .dealer, options: options)
            try dealer.connect(endpoint)
            let replies = try (0..<rounds).map { round in
              #expect(try dealer.deliver([UInt8(peer), UInt8(round)]))
              return try dealer.nextMessage("reply \(round) to worker \(peer)").content
            }
            // A dealer of this kind loses what it has not read when its peer closes; so it says when it has read all.
            #expect(try dealer.deliver([UInt8(peer)]))
            return replies
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    try await served
    #expect(Set(replies.map { $0[0][0] }) == [0, 1, 2])
    for own in replies {
      #expect(own == (0..<rounds).map { [own[0][0], UInt8($0), 99] })
    }
  }

  @Test func aRouterSaysThatAPeerIsUnknown() throws {
    let context = try Context()
    let router = try Socket(context: context, kind: .router)
    try router.bind(try Endpoint("tcp://127.0.0.1:*"))
    let stranger = try #require(PeerIdentity("stranger"))
    let outcome = fate(try router.send(to: stranger, try Message([1])))
    #expect(outcome == .unreachable)
  }

  @Test func aDealerWithoutAConnectionGivesTheMessageBack() throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let dealer = try Socket(context: context, kind: .dealer)
    try dealer.connect(try scratch.endpoint("nobody"))
    let outcome = fate(try dealer.send(try Message([4, 5, 6])))
    #expect(outcome == .wouldBlock(returned: [4, 5, 6]))
    let reply = try dealer.receive()?.byteCount
    #expect(reply == nil)
  }

  @Test(arguments: Transport.allCases)
  func fullQueuesWouldBlockInBothDirections(_ transport: Transport) throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    var options = SocketOptions()
    options.sendHighWater = 2
    options.receiveHighWater = 2
    options.kernelSendByteCount = 1 << 16
    options.kernelReceiveByteCount = 1 << 16
    options.linger = .zero
    let router = try Socket(context: context, kind: .router, options: options)
    let dealer = try Socket(context: context, kind: .dealer, options: options)
    try dealer.connect(try router.bind(try transport.endpoint(scratch)))
    #expect(try dealer.deliver([0]))
    let peer = try router.nextDelivery().peer

    // Far more than the queues and the kernel's buffers can hold.
    let most = 1_000
    let content = [UInt8](repeating: 7, count: 1 << 18)
    for send in [Direction.toRouter, .toDealer] {
      var last = Fate.sent
      var count = 0
      while last == .sent, count < most {
        last =
          switch send {
          case .toRouter: fate(try dealer.send(try Message(content)))
          case .toDealer: fate(try router.send(to: peer, try Message(content)))
          }
        count += 1
      }
      #expect(last == .wouldBlock(returned: content), "after \(count) messages \(send)")
    }
  }

  private enum Direction { case toRouter, toDealer }

  @Test func messagesOfAnyOtherShapeAreDiscardedAndCounted() throws {
    let context = try Context()
    let router = try Socket(context: context, kind: .router)
    let endpoint = try router.bind(try Endpoint("tcp://127.0.0.1:*"))
    try Stranger(shouting: [["a", "b"], ["", "", "", ""], ["one"], ["x", "y", "z"]], named: "loud", at: endpoint) {
      let delivery = try router.nextDelivery()
      #expect(delivery.peer == PeerIdentity("loud"))
      #expect(delivery.message.content == Array("one".utf8))
      #expect(router.discardedCount == 2)
    }
    let long = String(repeating: "n", count: 33)
    try Stranger(shouting: [["one"]], named: long, at: endpoint) {
      var set = PollSet()
      _ = set.add(router)
      while router.discardedCount < 3 {
        let peer = try router.receiveFromPeer()?.peer
        #expect(peer == nil)
        if router.discardedCount < 3, try set.wait(timeout: patience) == 0 { throw Impatience(waitingFor: "garbage") }
      }
    }
  }

  @Test func aDealerDiscardsMessagesOfSeveralParts() throws {
    let context = try Context()
    let dealer = try Socket(context: context, kind: .dealer)
    let endpoint = try dealer.bind(try Endpoint("tcp://127.0.0.1:*"))
    try Stranger(shouting: [["a", "b", "c"], ["whole"]], named: "loud", at: endpoint) {
      let whole = try dealer.nextMessage()
      #expect(whole.content == Array("whole".utf8))
      #expect(dealer.discardedCount == 1)
    }
  }

  @Test(arguments: Transport.allCases)
  func aTakenPlaceIsRefused(_ transport: Transport) throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let first = try Socket(context: context, kind: .router)
    let endpoint = try first.bind(try transport.endpoint(scratch))
    let second = try Socket(context: context, kind: .router)
    let error = #expect(throws: ZeroMQError.self) { try second.bind(endpoint) }
    #expect(error?.kind == .addressInUse)
    #expect(error?.description.contains("\(endpoint)") == true)
    #expect(error?.description.contains("choose another") == true)
  }

  @Test func placesThatThisMachineDoesNotHaveAreRefused() throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let socket = try Socket(context: context, kind: .router)
    for text in ["tcp://192.0.2.1:5555", "ipc://\(scratch.path)/missing/socket"] {
      let error = #expect(throws: ZeroMQError.self) { try socket.bind(try Endpoint(text)) }
      #expect(error?.kind == .addressUnavailable, "\(text)")
    }
    let error = #expect(throws: ZeroMQError.self) { try socket.connect(try Endpoint("tcp://127.0.0.1:*")) }
    #expect(error?.kind == .badEndpoint)
  }

  @Test func theNameLocalhostIsListenedAt() throws {
    let context = try Context()
    let socket = try Socket(context: context, kind: .router)
    let endpoint = try socket.bind(try Endpoint("tcp://localhost:*"))
    #expect(endpoint.description.hasPrefix("tcp://127.0.0.1:"))
  }

  @Test func aMessageBeyondTheLimitEndsItsConnectionAndNothingElse() throws {
    let context = try Context()
    var options = SocketOptions()
    options.maximumMessageByteCount = 1000
    let router = try Socket(context: context, kind: .router, options: options)
    let endpoint = try router.bind(try Endpoint("tcp://127.0.0.1:*"))
    let greedy = try Socket(context: context, kind: .dealer)
    try greedy.connect(endpoint)
    #expect(try greedy.deliver([UInt8](repeating: 1, count: 1001)))
    let modest = try Socket(context: context, kind: .dealer)
    try modest.connect(endpoint)
    #expect(try modest.deliver([UInt8](repeating: 2, count: 1000)))
    #expect(try router.nextDelivery().message.content == [UInt8](repeating: 2, count: 1000))
  }
}
