import TestSupport
import Testing
import ZeroMQ

struct DisconnectWatchTests {
  @Test(arguments: Transport.allCases) func itSeesThatTheOtherEndIsGone(_ transport: Transport) throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let dealer = try Socket(context: context, kind: .dealer)
    let watch = try DisconnectWatch(of: dealer)
    var set = PollSet()
    let slot = set.add(watch)
    do {
      let router = try Socket(context: context, kind: .router)
      try dealer.connect(try router.bind(try transport.endpoint(scratch)))
      var routers = PollSet()
      _ = routers.add(router)
      #expect(try dealer.deliver([1]))
      #expect(try routers.wait(timeout: patience) == 1)
      #expect(try router.receiveFromPeer()?.message.byteCount == 1)
      #expect(try set.wait(timeout: .zero) == 0)
      var isSeen = try watch.hasSeenOne()
      #expect(!isSeen)
      // Nothing but its end is told.
      isSeen = set.isReadable(slot)
      #expect(!isSeen)
    }
    #expect(try set.wait(timeout: patience) == 1)
    var isSeen = try watch.hasSeenOne()
    #expect(isSeen)
    isSeen = try watch.hasSeenOne()
    #expect(!isSeen)
  }

  /// A socket may be closed once nobody waits for it any more.
  @Test func aSetForgetsWhatIsRemoved() throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let router = try Socket(context: context, kind: .router)
    let endpoint = try router.bind(try scratch.endpoint())
    var set = PollSet()
    let kept = set.add(router)
    do {
      let other = try Socket(context: context, kind: .dealer)
      set.remove(set.add(other))
    }
    #expect(try set.wait(timeout: .zero) == 0)
    let dealer = try Socket(context: context, kind: .dealer)
    try dealer.connect(endpoint)
    #expect(try dealer.deliver([1]))
    #expect(try set.wait(timeout: patience) == 1)
    let isReadable = set.isReadable(kept)
    #expect(isReadable)
  }
}
