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

  /// What the lane shows for a notice; nil for one that is over.
  private static func numbers(_ notice: LaneFrame, in lane: SharedLane) throws -> [UInt32]? {
    guard case .notice(let sequence) = notice else { throw LinkError("notice", "is none") }
    guard let frame = try lane.frame(sequence: sequence) else { return nil }
    var numbers: [UInt32] = []
    var reader = FrameReader(frame)
    while reader.remaining > 0 { numbers.append(try reader.number("number")) }
    return numbers
  }

  private static func write(_ numbers: [UInt32], to lane: SharedLane) -> LaneFrame {
    lane.write(byteCount: 4 * numbers.count) { writer in
      for number in numbers { writer.number(number) }
    }
  }

  @Test func framesGoBothWaysWithoutMeeting() throws {
    let (worker, server) = try Self.ends()
    let request = Self.write([1, 2, 3], to: worker)
    let reply = Self.write([9, 8], to: server)
    #expect(try Self.numbers(request, in: server) == [1, 2, 3])
    #expect(try Self.numbers(reply, in: worker) == [9, 8])
  }

  @Test func noticeOfAReplacedFrameIsOver() throws {
    let (worker, server) = try Self.ends()
    let first = Self.write([1], to: worker)
    let second = Self.write([2], to: worker)
    #expect(try Self.numbers(first, in: server) == nil)
    #expect(try Self.numbers(second, in: server) == [2])
    #expect(try Self.numbers(second, in: server) == [2])
  }

  /// The other process may write anything where the length stands.
  @Test func lengthBeyondTheAreaIsRefused() throws {
    let (worker, server) = try Self.ends()
    #expect(!worker.fits(1 << 30))
    guard case .offer(let process, let descriptor, let byteCount, _) = worker.offer,
      case .notice(let sequence) = Self.write([1], to: worker)
    else { return }
    let region = try SharedRegion(madeBy: process, descriptor: descriptor, byteCount: byteCount)
    unsafe region.memory(72..<80).storeBytes(of: 1 << 40, as: UInt64.self)
    #expect(throws: WireError.self) { try Self.numbers(.notice(sequence: sequence), in: server) }
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
