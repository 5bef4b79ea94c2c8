import Dispatch
import Links
import SharedMemory
import Testing
import Wire

@Suite struct SharedLaneTests {
  /// Both ends, here in one process.
  private static func ends() throws -> (worker: SharedLane, server: SharedLane) {
    let worker = try SharedLane(token: 77)
    guard case .offer(let process, let descriptor, let byteCount, let token) = worker.offer else {
      throw LinkError("lane", "offers itself as something else")
    }
    return (worker, try SharedLane(process: process, descriptor: descriptor, byteCount: byteCount, token: token))
  }

  /// The frame that the lane has for this side; nil where there is none.
  private static func numbers(in lane: SharedLane) throws -> [UInt32]? {
    guard let frame = try lane.takeFrame() else { return nil }
    var numbers: [UInt32] = []
    var reader = FrameReader(frame)
    while reader.remaining > 0 { numbers.append(try reader.number("number")) }
    return numbers
  }

  @discardableResult private static func write(_ numbers: [UInt32], to lane: SharedLane) -> Bool {
    lane.write(byteCount: 4 * numbers.count) { writer in
      for number in numbers { writer.number(number) }
    }
  }

  @Test func framesGoBothWaysWithoutMeeting() throws {
    let (worker, server) = try Self.ends()
    Self.write([1, 2, 3], to: worker)
    Self.write([9, 8], to: server)
    #expect(try Self.numbers(in: server) == [1, 2, 3])
    #expect(try Self.numbers(in: worker) == [9, 8])
  }

  @Test func frameIsTakenOnce() throws {
    let (worker, server) = try Self.ends()
    #expect(try Self.numbers(in: server) == nil)
    Self.write([1], to: worker)
    #expect(server.hasFrame)
    #expect(try Self.numbers(in: server) == [1])
    #expect(!server.hasFrame)
    #expect(try Self.numbers(in: server) == nil)
    Self.write([2], to: worker)
    #expect(try Self.numbers(in: server) == [2])
  }

  @Test func thoseWhoRestAreRungForAndNobodyElse() throws {
    let (worker, server) = try Self.ends()
    #expect(Self.write([1], to: worker))
    server.wake()
    #expect(!Self.write([2], to: worker))
    worker.wake()
    server.rest()
    #expect(Self.write([3], to: worker))
  }

  @Test func waitEndsWithTheFrameOrInRest() throws {
    let (worker, server) = try Self.ends()
    Self.write([1], to: worker)
    server.wake()
    #expect(LaneWait.isFrameThere(in: [server]))
    #expect(!Self.write([2], to: worker))
    _ = try Self.numbers(in: server)
    #expect(!LaneWait.isFrameThere(in: [server]))
    #expect(Self.write([3], to: worker))
    #expect(!LaneWait.isFrameThere(in: []))
  }

  /// Two threads that hand a number to and fro, and rest in between as they like: no frame is lost.
  @Test func noFrameIsMissedBetweenRestAndRing() async throws {
    let rounds: UInt32 = 20_000
    let worker = try SharedLane(token: 5)
    guard case .offer(let process, let descriptor, let byteCount, let token) = worker.offer else { return }
    let bell = Bell()
    let other = Task.detached {
      let server = try SharedLane(process: process, descriptor: descriptor, byteCount: byteCount, token: token)
      for round in 0..<rounds {
        while !LaneWait.isFrameThere(in: [server]) { bell.wait(for: .server) }
        server.wake()
        #expect(try Self.numbers(in: server) == [round])
        if Self.write([round], to: server) { bell.ring(for: .worker) }
      }
    }
    for round in 0..<rounds {
      if Self.write([round], to: worker) { bell.ring(for: .server) }
      while !LaneWait.isFrameThere(in: [worker]) { bell.wait(for: .worker) }
      worker.wake()
      #expect(try Self.numbers(in: worker) == [round])
    }
    try await other.value
  }

  /// What rings are to processes.
  private final class Bell: Sendable {
    private let toWorker = DispatchSemaphore(value: 0)
    private let toServer = DispatchSemaphore(value: 0)
    func ring(for side: SharedLane.Side) { (side == .worker ? toWorker : toServer).signal() }
    func wait(for side: SharedLane.Side) { (side == .worker ? toWorker : toServer).wait() }
  }

  /// The other process may write anything where the length stands.
  @Test func lengthBeyondTheAreaIsRefused() throws {
    let (worker, server) = try Self.ends()
    #expect(!worker.fits(1 << 30))
    guard case .offer(let process, let descriptor, let byteCount, _) = worker.offer else { return }
    Self.write([1], to: worker)
    let region = try SharedRegion(madeBy: process, descriptor: descriptor, byteCount: byteCount)
    region.store(1 << 40, at: 128 + 8)
    #expect(throws: WireError.self) { try Self.numbers(in: server) }
  }

  @Test func memoryOfAnotherTokenIsRefused() throws {
    let worker = try SharedLane(token: 77)
    guard case .offer(let process, let descriptor, let byteCount, _) = worker.offer else { return }
    #expect(throws: LinkError.self) {
      try SharedLane(process: process, descriptor: descriptor, byteCount: byteCount, token: 78)
    }
    #expect(throws: LinkError.self) {
      try SharedLane(process: process, descriptor: descriptor, byteCount: byteCount - 1, token: 77)
    }
  }

  @Test func whatIsNotSealedMemoryOfThatLengthIsRefused() throws {
    let region = try SharedRegion(byteCount: 4096)
    guard case .offer(let process, _, _, _) = try SharedLane(token: 1).offer else { return }
    #expect(try Self.length(process, region.descriptor, byteCount: 4096) == 4096)
    #expect(throws: SharedMemoryError.self) { try Self.length(process, region.descriptor, byteCount: 8192) }
    #expect(throws: SharedMemoryError.self) { try Self.length(process, 0, byteCount: 4096) }
    #expect(throws: SharedMemoryError.self) { try Self.length(-1, 0, byteCount: 4096) }
  }

  private static func length(_ process: Int32, _ descriptor: Int32, byteCount: Int) throws -> Int {
    try SharedRegion(madeBy: process, descriptor: descriptor, byteCount: byteCount).byteCount
  }
}
