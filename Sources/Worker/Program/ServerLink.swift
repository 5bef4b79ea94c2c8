import Links
import Plan
import Wire
import ZeroMQ

/// A worker's connection to one server, and the memory that they share where both are processes of one machine.
///
/// A class, since an array holds no values that cannot be copied.
final class ServerLink {
  let id: ServerID
  let socket: Socket
  let slot: PollSet.Slot
  let link: ReliableLink
  private let lane: SharedLane?
  private var isLaneOpen = false
  /// Whether its request must be at hand until the next one.
  private let keepsRequest: Bool
  private var lastRequest = LastRequest.none

  /// Where the last request of a step is. Written anew it would not be the same, since what rounding takes from it is
  /// carried over.
  private enum LastRequest {
    case none
    case inLane
    case copied
  }
  private var copy: [UInt8] = []

  init(id: ServerID, socket: consuming Socket, slot: PollSet.Slot, lane: SharedLane?, keepsRequest: Bool) {
    self.id = id
    self.keepsRequest = keepsRequest
    self.socket = socket
    self.slot = slot
    self.lane = lane
    link = ReliableLink(life: .newLife())
  }

  /// The memory where the server's frames are, once it has accepted it.
  var openLane: SharedLane? { isLaneOpen ? lane : nil }

  /// Sends a step's request, through the memory where it is shared.
  func sendRequest(byteCount: Int, _ write: (inout FrameWriter) -> Void) throws {
    if let lane = openLane, lane.fits(byteCount) {
      lastRequest = .inLane
      if lane.write(byteCount: byteCount, write) { try link.ring(through: socket) }
    } else if keepsRequest {
      lastRequest = .copied
      // Safety: the array's memory is as long as what is written, which the writer checks.
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { memory, count in
        var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
        write(&writer)
        count = writer.byteCount
      }
      try sendCopy(bytes)
    } else {
      try send(byteCount: byteCount, write)
    }
  }

  /// Sends the last request of the process that had this place before.
  func sendRequest(of before: ServerLink) throws {
    switch before.lastRequest {
    case .none: return
    case .inLane:
      guard let lane = before.lane else { preconditionFailure("a request in a lane that is none") }
      // Safety: copied before the closure returns.
      try sendCopy(unsafe lane.lastWritten.withUnsafeBytes { unsafe Array($0) })
    case .copied: try sendCopy(before.copy)
    }
    lastRequest = .copied
  }

  private func sendCopy(_ bytes: [UInt8]) throws {
    copy = bytes
    // Safety: bytes have no padding.
    try send(byteCount: bytes.count) { writer in unsafe writer.bytes(bytes.span.bytes) }
  }

  /// The server has found the memory; returns it.
  func laneAccepted(_ token: UInt64) throws(WireError) -> SharedLane {
    guard let lane, lane.isAccepted(by: token), !isLaneOpen else {
      throw WireError("lane", "is not one that was offered")
    }
    isLaneOpen = true
    return lane
  }

  func send(byteCount: Int, _ write: (inout FrameWriter) -> Void) throws {
    try check(link.send(byteCount: byteCount, through: socket, write))
  }

  func send(_ frame: LaneFrame) throws { try check(link.send(frame, through: socket)) }

  private func check(_ isSent: Bool) throws {
    guard isSent else { throw LinkError("server \(id)", "takes no messages") }
  }
}
