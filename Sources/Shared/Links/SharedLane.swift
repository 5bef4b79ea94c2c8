import Glibc
import SharedMemory
package import Wire

/// Memory of one machine in which a worker and a server leave each other the frames of their steps, so that only
/// what wakes a side passes through the system, and that only where it rests.
///
/// Each side has one area for its frames, since neither sends a second one before the other has answered the first.
/// A side that is awake looks for the next frame by itself before it rests; one that rests must be rung for.
///
/// A class, since those who keep one per peer keep them in arrays; it has one owner.
package final class SharedLane {
  /// Whose frames an area holds.
  package enum Side: Int, Sendable {
    case worker = 0
    case server
    var other: Side { self == .worker ? .server : .worker }
  }

  private let side: Side
  private let region: SharedRegion
  private let token: UInt64
  /// The number and the length of the last frame that this side has left.
  private var sequence: UInt32 = 0
  private var written = 0
  /// The number of the last frame that this side has taken.
  package private(set) var taken: UInt32 = 0

  // Limit: the longest frame that goes this way; longer ones go through the socket. A step of 2¹⁷ items of 120 floats
  // is as long, and untouched pages take no memory.
  private static let areaByteCount = 64 << 20
  private static let headerByteCount = 4096
  private static let byteCount = headerByteCount + 2 * areaByteCount

  /// A worker's new lane.
  package init(token: UInt64) throws {
    side = .worker
    self.token = token
    region = try SharedRegion(byteCount: Self.byteCount)
    region.store(token, at: 0)
  }

  /// What tells a server of this lane.
  package var offer: LaneFrame {
    .offer(
      process: getpid(), descriptor: region.descriptor, byteCount: region.byteCount, token: token)
  }

  /// A server's view of the lane that a worker offers.
  package init(process: Int32, descriptor: Int32, byteCount: Int, token: UInt64) throws {
    guard byteCount == Self.byteCount else { throw LinkError("lane", "of \(byteCount) bytes, not \(Self.byteCount)") }
    side = .server
    self.token = token
    region = try SharedRegion(madeBy: process, descriptor: descriptor, byteCount: byteCount)
    guard region.load(at: 0) == token else {
      throw LinkError("lane", "is another's: process \(process) is not of this machine")
    }
  }

  package func isAccepted(by token: UInt64) -> Bool { token == self.token }

  package func fits(_ byteCount: Int) -> Bool { byteCount <= Self.areaByteCount }

  /// Writes a frame of exactly `byteCount` bytes where the other side sees it, in place of the last one.
  /// - Returns: whether the other side rests, and must be rung for
  package func write(byteCount: Int, _ write: (inout FrameWriter) -> Void) -> Bool {
    sequence &+= 1
    written = byteCount
    region.store(UInt64(byteCount), at: lengthOffset(side))
    let start = areaStart(side)
    // Safety: the region lives as long as this lane.
    var writer = unsafe FrameWriter(region.memory(start..<start + byteCount))
    write(&writer)
    precondition(writer.isFull, "\(writer.byteCount) bytes written of \(byteCount)")
    region.store(UInt64(sequence), at: sequenceOffset(side))
    return region.load(at: wakefulnessOffset(side.other)) != 1
  }

  /// The frame that this side wrote last.
  package var lastWritten: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      let start = areaStart(side)
      // Safety: the region lives as long as this lane.
      let memory = unsafe UnsafeRawBufferPointer(region.memory(start..<start + written))
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: memory), borrowing: self)
    }
  }

  /// The number of the frame that the other side has left last.
  private var left: UInt32 { UInt32(truncatingIfNeeded: region.load(at: sequenceOffset(side.other))) }

  /// Whether the other side has left a frame that this one has not taken.
  package var hasFrame: Bool { left != taken }

  /// The frame that the other side has left, once; nothing where there is none.
  /// - Throws: where its length is beyond the memory.
  @_lifetime(borrow self)
  package func takeFrame() throws(WireError) -> RawSpan? {
    guard hasFrame else { return nil }
    taken = left
    return try frame(sequence: taken)
  }

  /// The frame of that number, or nothing where another has taken its place.
  /// - Throws: where its length is beyond the memory.
  @_lifetime(borrow self)
  package func frame(sequence: UInt32) throws(WireError) -> RawSpan? {
    guard left == sequence else { return nil }
    // Loaded once, since the other process may change it at any time.
    let length = region.load(at: lengthOffset(side.other))
    guard length <= Self.areaByteCount else { throw WireError("lane", "has no room for \(length) bytes") }
    let byteCount = Int(length)
    let start = areaStart(side.other)
    // Safety: the region lives as long as this lane, and the reader checks every value that it takes.
    let memory = unsafe UnsafeRawBufferPointer(region.memory(start..<start + byteCount))
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: memory), borrowing: self)
  }

  // MARK: waiting

  /// Says that this side looks for frames before it rests again.
  package func wake() { region.store(1, at: wakefulnessOffset(side)) }

  /// Says that this side must be rung for from now on; what came before that, `hasFrame` tells.
  package func rest() { region.store(0, at: wakefulnessOffset(side)) }

  // MARK: layout

  // What each side says stands in cache lines of its own.
  private func sequenceOffset(_ side: Side) -> Int { 128 * (1 + side.rawValue) }
  private func lengthOffset(_ side: Side) -> Int { sequenceOffset(side) + 8 }
  private func wakefulnessOffset(_ side: Side) -> Int { sequenceOffset(side) + 64 }
  private func areaStart(_ side: Side) -> Int { Self.headerByteCount + side.rawValue * Self.areaByteCount }
}
