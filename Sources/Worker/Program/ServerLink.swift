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

  init(id: ServerID, socket: consuming Socket, slot: PollSet.Slot, lane: SharedLane?) {
    self.id = id
    self.socket = socket
    self.slot = slot
    self.lane = lane
    link = ReliableLink(life: .newLife())
  }

  /// The memory where the server's frames are, once it has accepted it.
  var openLane: SharedLane? { isLaneOpen ? lane : nil }

  /// The way for a frame of a step, unless it must go through the socket.
  func lane(for byteCount: Int) -> SharedLane? {
    guard let lane = openLane, lane.fits(byteCount) else { return nil }
    return lane
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
