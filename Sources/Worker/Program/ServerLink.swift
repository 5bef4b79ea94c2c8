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
  private let lane: SharedLane?
  private var isLaneOpen = false

  init(id: ServerID, socket: consuming Socket, slot: PollSet.Slot, lane: SharedLane?) {
    self.id = id
    self.socket = socket
    self.slot = slot
    self.lane = lane
  }

  /// The way for a frame of a step, unless it must go through the socket.
  func lane(for byteCount: Int) -> SharedLane? {
    guard isLaneOpen, let lane, lane.fits(byteCount) else { return nil }
    return lane
  }

  func laneAccepted(_ token: UInt64) throws(WireError) {
    guard let lane, lane.isAccepted(by: token) else { throw WireError("lane", "is not one that was offered") }
    isLaneOpen = true
  }

  func send(_ message: consuming Message) throws {
    let outcome = try socket.send(message)
    guard outcome.isSent() else { throw LinkError("server \(id)", "takes no messages") }
  }

  func send(_ frame: LaneFrame) throws {
    switch try frame.withBytes({ bytes throws(ZeroMQError) in try socket.send(copying: bytes) }) {
    case .sent: break
    case .wouldBlock, .unreachable: throw LinkError("server \(id)", "takes no messages")
    }
  }
}
