import Foundation
package import Links
package import Logging
import ParamServerCore
import Plan
import Telemetry
import Wire
package import ZeroMQ

/// A parameter server's thread and its sockets: it hands what arrives to the `ParameterShard` and carries out what
/// that orders.
package struct ServingLoop: ~Copyable {
  let context: Context
  var link: CoordinatorLink
  let socket: Socket
  /// The place that this process would like.
  let place: Int
  private let watches: Watches
  let logger: Logger
  var shard: ParameterShard
  var standing: ServerStanding
  /// Whether peers may be on this machine alone, and share memory.
  let sharesMemory: Bool
  /// The conversations with workers and with the coordinator's bulk reader; a peer's number is its place in both.
  private(set) var links = LinkTable()
  private var lanes: [SharedLane?] = []
  /// Those that are there, and whose they are.
  private var openLanes: [SharedLane] = []
  private var placesOfLanes: [Int] = []
  var poll = PollSet()
  var directives: [ServerDirective] = []
  var bytesSent: UInt64 = 0
  var bytesReceived: UInt64 = 0
  /// Of the link to a server whose place this one has.
  var leaderCounts = LinkCounts()
  private var exit: MemberExit?

  // Limit: how long a wait may last before the loop looks at its clocks again.
  private static let tick = Duration.milliseconds(200)
  // Limit: two frames per worker and the windows of bulk reads are under way at most; a thousand is far above.
  static let highWater = 1024

  /// Binds the server's own endpoint, joins the job, and serves until it is over; whenever the coordinator gathers its
  /// members anew, it joins again.
  /// - Parameter advertised: where others reach it, if not where it listens
  /// - Throws: `ZeroMQError` for a taken port or a bad endpoint, `LinkError` for a coordinator that does not answer.
  package static func run(
    coordinator: Endpoint, listen: Endpoint, advertised: Endpoint?, place: Int, watches: Watches, logger: Logger
  ) throws -> MemberExit {
    while true {
      let exit = try join(
        coordinator: coordinator, listen: listen, advertised: advertised, place: place, watches: watches, logger: logger
      )
      guard exit == .regrouped else { return exit }
    }
  }

  private static func join(
    coordinator: Endpoint, listen: Endpoint, advertised: Endpoint?, place: Int, watches: Watches, logger: Logger
  ) throws -> MemberExit {
    let context = try Context()
    var options = SocketOptions()
    options.sendHighWater = highWater
    options.receiveHighWater = highWater
    options.maximumMessageByteCount = frameByteLimit
    let socket = try Socket(context: context, kind: .router, options: options)
    let endpoint = try socket.bind(listen)
    logger.info("listening", metadata: ["endpoint": "\(endpoint)"])
    let incarnation = UInt64.random(in: .min ... .max)
    var link = try CoordinatorLink(
      context: context, endpoint: coordinator, identity: .incarnation(incarnation, of: "server", place))
    let hello = Hello(
      role: .server, process: .ofThisProcess, place: UInt16(clamping: place), incarnation: incarnation,
      endpoint: (advertised ?? endpoint).description, dataFingerprint: "")
    switch try link.join(hello, watches: watches) {
    case .left(let exit): return exit
    case .welcomed(let welcome):
      var loop = try ServingLoop(
        context: context, link: link, socket: socket, place: place, sharesMemory: (advertised ?? endpoint).isFile,
        welcome: welcome, watches: watches, logger: logger)
      do {
        return try loop.link.leave(try loop.run())
      } catch {
        try loop.link.sendFailure(error)
        throw error
      }
    }
  }

  private init(
    context: Context, link: consuming CoordinatorLink, socket: consuming Socket, place: Int, sharesMemory: Bool,
    welcome: Welcome, watches: Watches, logger: Logger
  ) throws {
    let plan = try Self.plan(of: welcome)
    shard = ParameterShard(
      ServerConfiguration(
        job: welcome.job, membership: welcome.membership, server: ServerID(welcome.index), plan: plan,
        size: welcome.size, placement: Placement(workers: Int(welcome.workers), servers: Int(welcome.servers)),
        restores: welcome.restores))
    standing = welcome.isBackup ? .following(nil) : .alone
    self.context = context
    self.link = link
    self.socket = socket
    self.place = place
    self.sharesMemory = sharesMemory
    self.watches = watches
    self.logger = logger
    logger.info(
      welcome.isBackup ? "ready as a backup" : "ready",
      metadata: ["server": "\(welcome.index)", "servers": "\(welcome.servers)"])
  }

  private static func plan(of welcome: Welcome) throws -> TrainingPlan {
    guard welcome.index < welcome.servers else {
      throw WireError("welcome", "is of server \(welcome.index) of \(welcome.servers)")
    }
    do {
      let plan = try JSONDecoder().decode(TrainingPlan.self, from: Data(welcome.plan))
      try plan.validate()
      return plan
    } catch let error as DecodingError {
      throw WireError("plan", "cannot be read: \(error)")
    }
  }

  private mutating func run() throws -> MemberExit {
    try link.send(.ready)
    let linkSlot = poll.add(link.socket)
    let socketSlot = poll.add(socket)
    let watchSlots = watches.add(to: &poll)
    while true {
      let isFrameThere = LaneWait.isFrameThere(in: openLanes)
      _ = try poll.wait(timeout: isFrameThere ? .zero : MonotonicClock.wait(until: deadline, atMost: Self.tick))
      if !isFrameThere { LaneWait.wake(openLanes) }
      if let exit = watches.exit(poll, watchSlots) { return exit }
      if poll.isReadable(linkSlot) {
        while let message = try link.receive() { try obey(message) }
      }
      if case .following(let leader?) = standing { try follow(leader) }
      for place in placesOfLanes { try serveLane(of: place) }
      if poll.isReadable(socketSlot) { try serve() }
      if let exit { return exit }
      try link.ticked()
      let now = MonotonicClock.seconds
      try links.tend(through: socket, at: now)
      if case .following(let leader?) = standing {
        try tell(leader)
        try leader.link.tend(through: leader.socket, at: now)
      }
    }
  }

  /// When something must be sent again, or acknowledged.
  private var deadline: Double {
    let own = min(link.deadline, links.deadline)
    if case .following(let leader?) = standing { return min(own, leader.link.deadline) }
    return own
  }

  // MARK: the coordinator's word

  private mutating func obey(_ message: ControlMessage) throws {
    switch message {
    case .finish:
      try link.send(.farewell(account))
      logger.info("finished", metadata: ["applied": "\(shard.applied)"])
      exit = .finished
    case .abort(let reason): exit = .aborted(reason: reason)
    case .regroup(let reason):
      logger.notice("joins anew", metadata: ["reason": "\(reason)"])
      exit = .regrouped
    case .follow(let endpoint): try follow(endpoint)
    case .goAlone: try goAlone()
    case .takeOver: try takeOver()
    case .alive: break
    case .hello, .ready, .arranged, .leaderGone, .progress, .epochFinished, .paused, .evaluated, .measured, .farewell,
      .failed, .welcome,
      .connect, .train, .replaceServer, .pause, .settle, .settled, .evaluate, .askStatus, .status:
      throw WireError("message", "is not one that a server is sent")
    }
  }

  private var account: Account {
    var counts = links.counts
    counts += link.counts
    counts += leaderCounts
    if case .following(let leader?) = standing { counts += leader.link.counts }
    return Account(
      cpuSeconds: ProcessUsage.cpuSeconds, peakResidentBytes: UInt64(ProcessUsage.peakResidentBytes),
      bytesSent: bytesSent + link.bytesSent, bytesReceived: bytesReceived + link.bytesReceived,
      updates: shard.applied, duplicates: shard.duplicates, resent: counts.resent, repeated: counts.duplicates)
  }

  // MARK: steps

  /// Takes every message that is here.
  private mutating func serve() throws {
    while let delivery = try socket.receiveFromPeer() {
      let identity = delivery.peer
      let message = delivery.takeMessage()
      do {
        guard let place = try links.place(of: identity, message, through: socket) else { continue }
        if place == lanes.count { lanes.append(nil) }
        guard let next = try links[place].take(message, through: socket) else { continue }
        // What stands in the memory was sent before it.
        try serveLane(of: place)
        try serve(next, from: place)
        while let held = links[place].nextHeld() { try serve(held, from: place) }
      } catch let error as WireError {
        // It is no part of a conversation, so that nobody waits for an answer.
        logger.warning("passed over a message", metadata: ["peer": "\(identity)", "reason": "\(error)"])
      }
    }
  }

  private mutating func serve(_ message: consuming Message, from place: Int) throws {
    do {
      try receive(message.frame, from: place)
    } catch let error as WireError {
      refuse(error, of: place)
    }
    try carryOut()
  }

  /// Takes the frame that a peer has left in memory, if there is one.
  private mutating func serveLane(of place: Int) throws {
    guard let lane = lanes[place], lane.hasFrame else { return }
    do {
      guard let frame = try lane.takeFrame() else { return }
      try take(frame, from: place, inLane: lane.taken)
    } catch let error as WireError {
      refuse(error, of: place)
    }
    try carryOut()
  }

  private mutating func refuse(_ error: WireError, of place: Int) {
    logger.warning("refused a frame", metadata: ["peer": "\(name(of: place))", "reason": "\(error)"])
    directives.append(.refuse(Peer(place), reason: error.description))
  }

  func name(of place: Int) -> String { links[place].peer?.description ?? "nobody" }

  private mutating func receive(_ frame: RawSpan, from place: Int) throws {
    switch try LaneFrame(frame) {
    case nil:
      if let word = try BackupFrame(frame) { return try hear(word, from: place) }
      try take(frame, from: place)
    case .offer(let process, let descriptor, let byteCount, let token):
      guard sharesMemory else { throw WireError("lane", "is offered to a server that listens to other machines") }
      do {
        let lane = try SharedLane(process: process, descriptor: descriptor, byteCount: byteCount, token: token)
        if let index = placesOfLanes.firstIndex(of: place) {
          openLanes[index] = lane
        } else {
          openLanes.append(lane)
          placesOfLanes.append(place)
        }
        lanes[place] = lane
      } catch {
        // They go on through the socket.
        logger.info("shares no memory", metadata: ["peer": "\(name(of: place))", "reason": "\(error)"])
        return
      }
      try check(links[place].send(.acceptance(token: token), through: socket), place)
      if case .leading(let follower) = standing {
        let offer = LaneFrame.offer(process: process, descriptor: descriptor, byteCount: byteCount, token: token)
        _ = try send(.lane(UInt32(place), offer), to: follower)
      }
    case .acceptance, .notice: throw WireError("kind", "is not one that a server is sent")
    }
  }

  /// - Parameter sequence: the frame's number in the worker's lane, if it stands there
  private mutating func take(_ frame: RawSpan, from place: Int, inLane sequence: UInt32? = nil) throws {
    bytesReceived += UInt64(frame.byteCount)
    switch standing {
    case .alone: try shard.receive(frame, from: Peer(place), directives: &directives)
    case .leading(let follower):
      // Before the work, so that it takes place at both.
      try forward(frame, from: place, inLane: sequence, to: follower)
      try shard.receive(frame, from: Peer(place), directives: &directives)
      follower.ledger.keepBack(&directives)
    case .following: throw WireError("frame", "is for a server, and this one is a backup")
    }
  }

  mutating func carryOut() throws {
    for directive in directives where directive.peer != .leaders {
      switch directive {
      case .reply(let peer, let worker, let byteCount):
        let place = Int(peer.rawValue)
        bytesSent += UInt64(byteCount)
        if let lane = lanes[place], lane.fits(byteCount) {
          let rests = lane.write(byteCount: byteCount) { writer in shard.writeReply(for: worker, into: &writer) }
          if rests { try links[place].ring(through: socket) }
        } else {
          let isSent = try links[place].send(byteCount: byteCount, through: socket) { writer in
            shard.writeReply(for: worker, into: &writer)
          }
          try check(isSent, place)
        }
      case .bulkReply(let peer, let request, let byteCount):
        bytesSent += UInt64(byteCount)
        let place = Int(peer.rawValue)
        let isSent = try links[place].send(byteCount: byteCount, through: socket) { writer in
          shard.writeBulkReply(request, into: &writer)
        }
        try check(isSent, place)
      case .passOver(let peer, let job, let membership):
        logger.info(
          "passed over a frame of another membership",
          metadata: ["peer": "\(name(of: Int(peer.rawValue)))", "job": "\(job)", "membership": "\(membership)"])
      case .refuse(let peer, let reason):
        let place = Int(peer.rawValue)
        let isSent = try links[place].send(byteCount: Refusal.byteCount(reason), through: socket) { writer in
          Refusal.write(reason, into: &writer)
        }
        try check(isSent, place)
      }
    }
    directives.removeAll(keepingCapacity: true)
  }

  private func check(_ isSent: Bool, _ place: Int) throws {
    guard isSent else { throw LinkError("peer \(name(of: place))", "does not take its replies") }
  }
}
