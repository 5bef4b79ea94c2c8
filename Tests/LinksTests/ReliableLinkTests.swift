import Links
import Testing
import Wire
import ZeroMQ

/// Two links over real sockets; the test is the network between them, since it decides what is taken from a socket.
@Suite struct ReliableLinkTests {
  /// A router with the links of its peers, and dealers.
  private final class Ends {
    let router: Socket
    let dealer: Socket
    var table = LinkTable()
    let link = ReliableLink(life: 7)
    private var poll: PollSet

    init() throws {
      let context = try Context()
      let router = try Socket(context: context, kind: .router)
      let endpoint = try router.bind(Endpoint("tcp://127.0.0.1:*"))
      var options = SocketOptions()
      options.immediate = false
      options.routingID = .incarnation(77, of: "worker", 3)
      let dealer = try Socket(context: context, kind: .dealer, options: options)
      try dealer.connect(endpoint)
      var poll = PollSet()
      _ = poll.add(router)
      _ = poll.add(dealer)
      self.router = router
      self.dealer = dealer
      self.poll = poll
    }

    /// Takes what has come back to the dealer; the link hands nothing of it up.
    func hearBack() throws {
      try wait()
      guard let message = try dealer.receive() else { return }
      let isHandedUp = try link.take(message, through: dealer) != nil
      #expect(!isHandedUp)
    }

    func wait() throws { _ = try poll.wait(timeout: .seconds(10)) }

    /// What the router hands up of the next message.
    func heard() throws -> [UInt64] {
      try wait()
      guard let delivery = try router.receiveFromPeer() else { return [] }
      let peer = delivery.peer
      let message = delivery.takeMessage()
      guard let place = try table.place(of: peer, message, through: router) else { return [] }
      guard let next = try table[place].take(message, through: router) else { return [] }
      var numbers = [try Self.number(next)]
      while let held = table[place].nextHeld() { numbers.append(try Self.number(held)) }
      return numbers
    }

    static func number(_ message: borrowing Message) throws -> UInt64 {
      var reader = FrameReader(message.frame)
      return try reader.number("number")
    }

    func send(_ number: UInt64) throws -> Bool {
      try link.send(byteCount: 8, through: dealer) { writer in writer.number(number) }
    }
  }

  @Test func lostFrameIsSentAgainAndTheNextOneWaitsForIt() throws {
    let ends = try Ends()
    #expect(try ends.send(1))
    try ends.wait()
    // The network loses it.
    let lost = try ends.router.receiveFromPeer() != nil
    #expect(lost)
    #expect(try ends.send(2))
    #expect(try ends.heard() == [])
    try ends.link.tend(through: ends.dealer, at: ends.link.deadline)
    #expect(try ends.heard() == [1, 2])
    #expect(ends.link.counts == LinkCounts(resent: 1))
    #expect(ends.table.counts == LinkCounts())
  }

  @Test func repeatedFrameIsDroppedAndAcknowledged() throws {
    let ends = try Ends()
    #expect(try ends.send(1))
    #expect(try ends.heard() == [1])
    try ends.link.tend(through: ends.dealer, at: ends.link.deadline)
    #expect(try ends.heard() == [])
    #expect(ends.table.counts == LinkCounts(duplicates: 1))
    #expect(ends.link.openCount == 1)
    try ends.table.acknowledgeAll(through: ends.router)
    try ends.hearBack()
    #expect(ends.link.openCount == 0 && ends.link.deadline == .infinity)
  }

  @Test func windowThatIsFullSaysSo() throws {
    let ends = try Ends()
    for number in 0..<UInt64(LinkLedger.window) { #expect(try ends.send(number)) }
    #expect(try !ends.send(99))
  }

  @Test func successorOfARouterSendsItsPeersAway() throws {
    let ends = try Ends()
    #expect(try ends.send(1))
    #expect(try ends.heard() == [1])
    try ends.table.acknowledgeAll(through: ends.router)
    try ends.hearBack()
    ends.table = LinkTable()
    #expect(try ends.send(2))
    #expect(try ends.heard() == [] && ends.table.links.isEmpty)
    try ends.hearBack()
    #expect(ends.link.isPeerGone)
    // What is said to nobody is not waited for.
    #expect(try ends.send(3) && ends.link.deadline == .infinity)
  }

  @Test func messageThatIsNoneOfOursIsRefusedAndForgotten() throws {
    let ends = try Ends()
    _ = try ends.dealer.send(Message(byteCount: 64))
    #expect(throws: WireError.self) { try ends.heard() }
    #expect(ends.table.links.isEmpty)
  }
}
