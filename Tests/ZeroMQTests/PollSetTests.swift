import Foundation
import TestSupport
import Testing
import ZeroMQ

struct PollSetTests {
  @Test func itTellsWhichOfSeveralIsReadable() throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let quiet = try Socket(context: context, kind: .router)
    let called = try Socket(context: context, kind: .router)
    try quiet.bind(try scratch.endpoint("quiet"))
    let endpoint = try called.bind(try scratch.endpoint("called"))
    let dealer = try Socket(context: context, kind: .dealer)
    try dealer.connect(endpoint)
    var set = PollSet()
    let slots = [set.add(quiet), set.add(called)]
    #expect(try set.wait(timeout: .zero) == 0)
    #expect([set.isReadable(slots[0]), set.isReadable(slots[1])] == [false, false])
    #expect(try dealer.deliver([1]))
    #expect(try set.wait(timeout: patience) == 1)
    #expect([set.isReadable(slots[0]), set.isReadable(slots[1])] == [false, true])
    #expect(try called.receiveFromPeer()?.message.byteCount == 1)
    #expect(try set.wait(timeout: .zero) == 0)
  }

  @Test func itSeesBytesAndTheEndOfAPipe() throws {
    let pipe = Pipe()
    var set = PollSet()
    let slot = set.add(fileDescriptor: pipe.fileHandleForReading.fileDescriptor)
    #expect(try set.wait(timeout: .zero) == 0)
    pipe.fileHandleForWriting.write(Data([1]))
    #expect(try set.wait(timeout: patience) == 1)
    #expect(set.isReadable(slot) == true)
    #expect(pipe.fileHandleForReading.availableData.count == 1)
    #expect(try set.wait(timeout: .zero) == 0)
    try pipe.fileHandleForWriting.close()
    #expect(try set.wait(timeout: patience) == 1)
    #expect(set.isReadable(slot) == true)
  }

  @Test func writabilityIsWatchedOnlyWhenAsked() throws {
    let scratch = try TemporaryFolder()
    let context = try Context()
    let router = try Socket(context: context, kind: .router)
    let dealer = try Socket(context: context, kind: .dealer)
    let endpoint = try router.bind(try scratch.endpoint())
    var set = PollSet()
    let slot = set.add(dealer)
    set.watchWritable(slot, true)
    #expect(try set.wait(timeout: .zero) == 0)
    try dealer.connect(endpoint)
    #expect(try set.wait(timeout: patience) == 1)
    #expect([set.isWritable(slot), set.isReadable(slot)] == [true, false])
    set.watchWritable(slot, false)
    #expect(try set.wait(timeout: .zero) == 0)
  }

  @Test func aSignalEndsTheWait() async throws {
    let count = try await onThread {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { _ in }
      // Safety: the handler does nothing; the thread signalled is this one, which waits below for the signalling to
      // end.
      unsafe sigaction(SIGUSR1, &action, nil)
      // A thread begins with its parent's mask, and the test runner's threads block all signals.
      var signals = sigset_t()
      unsafe sigemptyset(&signals)
      unsafe sigaddset(&signals, SIGUSR1)
      unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      let waiter = pthread_self()
      let stop = Pipe()
      let stopped = DispatchSemaphore(value: 0)
      let rescue = Pipe()
      Thread.detachNewThread {
        // Again and again, since the first may come before the wait has begun; a wait that outlasts them all finds a
        // byte to read.
        var end = pollfd(fd: stop.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
        var count = 0
        while count < 2_000, unsafe poll(&end, 1, 5) == 0 {
          pthread_kill(waiter, SIGUSR1)
          count += 1
        }
        rescue.fileHandleForWriting.write(Data([1]))
        stopped.signal()
      }
      var set = PollSet()
      _ = set.add(fileDescriptor: rescue.fileHandleForReading.fileDescriptor)
      let count = try set.wait(timeout: nil)
      stop.fileHandleForWriting.write(Data([1]))
      stopped.wait()
      return count
    }
    #expect(count == 0)
  }

  @Test func aClosedSocketInTheSetIsOurBug() async {
    await #expect(processExitsWith: .failure) {
      let context = try Context()
      var set = PollSet()
      do {
        let socket = try Socket(context: context, kind: .dealer)
        _ = set.add(socket)
      }
      _ = try set.wait(timeout: .zero)
    }
  }
}
