import Links
import Logging
import ParamServerCore
import Plan
import Wire
import ZeroMQ

extension ServingLoop {
  // MARK: the coordinator's word

  /// Begins to follow the server that listens there.
  mutating func follow(_ endpoint: String) throws {
    guard case .following(nil) = standing else { throw WireError("follow", "is ordered of a server that is no backup") }
    var options = SocketOptions()
    options.immediate = false
    options.receiveHighWater = Self.highWater
    options.maximumMessageByteCount = frameByteLimit
    options.routingID = .incarnation(.random(in: .min ... .max), of: "server", place)
    let socket = try Socket(context: context, kind: .dealer, options: options)
    let watch = try DisconnectWatch(of: socket)
    try socket.connect(Endpoint(endpoint))
    let leader = Leader(socket, watch: watch, poll: &poll)
    standing = .following(leader)
    let own = shard.configuration
    try send(.begin(job: own.job, membership: own.membership, server: own.server), to: leader)
    logger.info("follows", metadata: ["server": "\(own.server)", "endpoint": "\(endpoint)"])
  }

  /// The backup is lost: what was kept back for it goes out.
  mutating func goAlone() throws {
    guard case .leading(let follower) = standing else { throw WireError("alone", "is ordered of a server that is") }
    standing = .alone
    links[follower.place].abandon()
    logger.notice("has no backup any more")
    follower.ledger.backupLost(directives: &directives)
    try carryOut()
  }

  /// The server that this one follows is lost, and this one has its place. What still comes from the lost one comes to
  /// a closed socket.
  mutating func takeOver() throws {
    guard case .following(let leader?) = standing else {
      throw WireError("takeover", "is ordered of a server that follows nobody")
    }
    poll.remove(leader.slot)
    poll.remove(leader.watchSlot)
    leaderCounts = leader.link.counts
    standing = .alone
    logger.notice(
      "takes over", metadata: ["server": "\(shard.configuration.server)", "optimizerStep": "\(shard.optimizerStep)"])
    try link.send(.arranged)
  }

  // MARK: leading

  /// Takes a backup's word.
  mutating func hear(_ frame: BackupFrame, from place: Int) throws {
    switch (frame, standing) {
    case (.begin, .alone):
      let own = shard.configuration
      guard frame == .begin(job: own.job, membership: own.membership, server: own.server),
        own.plan.cluster.backups > 0
      else { throw WireError("backup", "is of another server") }
      standing = .leading(Follower(at: place))
      logger.info("has a backup", metadata: ["peer": "\(name(of: place))"])
      try link.send(.arranged)
    case (.receipt(let count), .leading(let follower)) where follower.place == place:
      try follower.ledger.received(count, directives: &directives)
      try forwardWaiting(to: follower)
    case (.lane(let number, .acceptance), .leading(let follower)) where follower.place == place:
      follower.lanes.insert(number)
    case (.begin, .leading), (.begin, .following), (.receipt, _), (.lane, _):
      throw WireError("backup", "says what has no place here")
    }
  }

  /// Sends the backup a frame as it came, or keeps it until there is room; of one in a lane that it sees, a notice.
  mutating func forward(_ frame: RawSpan, from place: Int, inLane sequence: UInt32?, to follower: Follower) throws {
    guard try BackupFrame.concerns(frame) else { return }
    follower.ledger.frameSent()
    let lane = UInt32(place)
    if let sequence, follower.lanes.contains(lane), follower.waiting.isEmpty {
      if try send(.lane(lane, .notice(sequence: sequence)), to: follower) { return }
    }
    bytesSent += UInt64(frame.byteCount)
    if follower.waiting.isEmpty, try send(frame, to: follower) { return }
    // Safety: copied before the closure returns.
    follower.waiting.append(unsafe frame.withUnsafeBytes { unsafe Array($0) })
  }

  private func forwardWaiting(to follower: Follower) throws {
    while let frame = follower.waiting.first {
      // Safety: bytes have no padding.
      guard try send(unsafe frame.span.bytes, to: follower) else { return }
      follower.waiting.removeFirst()
    }
  }

  func send(_ frame: BackupFrame, to follower: Follower) throws -> Bool {
    try links[follower.place].send(byteCount: frame.byteCount, through: socket) { writer in frame.write(into: &writer) }
  }

  private func send(_ frame: RawSpan, to follower: Follower) throws -> Bool {
    try links[follower.place].send(byteCount: frame.byteCount, through: socket) { writer in writer.bytes(frame) }
  }

  // MARK: following

  /// Takes every frame that the leader has taken before.
  mutating func follow(_ leader: Leader) throws {
    if poll.isReadable(leader.watchSlot), try leader.watch.hasSeenOne() {
      logger.warning("has lost the connection to its leader")
      try link.send(.leaderGone)
    }
    guard poll.isReadable(leader.slot) else { return }
    while let message = try leader.socket.receive() {
      guard let next = try leader.link.take(message, through: leader.socket) else { continue }
      try follow(next, of: leader)
      while let held = leader.link.nextHeld() { try follow(held, of: leader) }
    }
  }

  private mutating func follow(_ message: consuming Message, of leader: Leader) throws {
    bytesReceived += UInt64(message.frame.byteCount)
    guard let word = try BackupFrame(message.frame) else {
      var reader = FrameReader(message.frame)
      if try FrameMark.read(&reader) == .refusal {
        throw LinkError("leader", "refused its backup: \(try Refusal.read(&reader))")
      }
      return try follow(message.frame, of: leader)
    }
    switch word {
    case .lane(let number, .notice(let sequence)):
      guard let lane = leader.lanes[number], let frame = try lane.frame(sequence: sequence) else {
        throw LinkError("lane \(number)", "does not hold what the leader saw there")
      }
      leader.copy.removeAll(keepingCapacity: true)
      // Safety: copied before the closure returns.
      unsafe frame.withUnsafeBytes { unsafe leader.copy.append(contentsOf: $0) }
      let copy = leader.copy
      // Safety: bytes have no padding.
      try follow(unsafe copy.span.bytes, of: leader)
    case .lane(let number, .offer(let process, let descriptor, let byteCount, let token)):
      guard sharesMemory else { return }
      do {
        leader.lanes[number] = try SharedLane(
          process: process, descriptor: descriptor, byteCount: byteCount, token: token)
      } catch {
        // The leader goes on sending the frames.
        return logger.info("shares no memory", metadata: ["lane": "\(number)", "reason": "\(error)"])
      }
      try send(.lane(number, .acceptance(token: token)), to: leader)
    case .begin, .receipt, .lane: throw LinkError("leader", "says what a backup says")
    }
  }

  /// Takes a frame as the leader has taken it.
  private mutating func follow(_ frame: RawSpan, of leader: Leader) throws {
    leader.taken += 1
    // Before the work, so that it takes place at both.
    try tell(leader)
    do throws(WireError) {
      try shard.receive(frame, from: .leaders, directives: &directives)
    } catch {
      logger.info("the leader refuses a frame", metadata: ["reason": "\(error)"])
    }
    // What it orders is the leader's to do.
    directives.removeAll(keepingCapacity: true)
  }

  /// Says how many frames are here; where the link has no room for that, it is said later.
  func tell(_ leader: Leader) throws {
    guard leader.told != leader.taken else { return }
    if try send(.receipt(count: leader.taken), to: leader) { leader.told = leader.taken }
  }

  @discardableResult
  private func send(_ frame: BackupFrame, to leader: Leader) throws -> Bool {
    try leader.link.send(byteCount: frame.byteCount, through: leader.socket) { writer in frame.write(into: &writer) }
  }
}
