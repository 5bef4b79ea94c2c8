import Links
import ParamServerCore
import ZeroMQ

/// Whose word a server's is.
enum ServerStanding {
  /// It serves, and nobody follows it.
  case alone
  /// It serves, and says nothing that its backup does not know.
  case leading(Follower)
  /// It is a backup; of nobody yet, where it has not been told whom to follow.
  case following(Leader?)
}

/// What a server keeps for its backup.
final class Follower {
  /// The place of the backup's link.
  let place: Int
  var ledger = BackupLedger()
  /// Frames that found no room in the link, in their order.
  // Limit: each worker has eight bulk requests and two steps open.
  var waiting: [[UInt8]] = []

  /// The places of workers in whose lanes it sees their frames for itself.
  var lanes: Set<UInt32> = []

  init(at place: Int) { self.place = place }
}

/// A backup's connection to the server that it follows.
final class Leader {
  let socket: Socket
  let link = ReliableLink(life: .newLife())
  let slot: PollSet.Slot
  let watch: DisconnectWatch
  let watchSlot: PollSet.Slot
  /// Frames that it has sent, and how many of them it has been told of.
  var taken: UInt64 = 0
  var told: UInt64 = 0

  /// Those of its workers' that are open here, by their numbers there.
  var lanes: [UInt32: SharedLane] = [:]
  /// A frame out of a lane, in which the next one may stand as soon as this one is told of.
  var copy: [UInt8] = []

  init(_ socket: consuming Socket, watch: consuming DisconnectWatch, poll: inout PollSet) {
    self.socket = socket
    self.watch = watch
    slot = poll.add(self.socket)
    watchSlot = poll.add(self.watch)
  }
}
