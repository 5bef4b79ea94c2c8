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
  private var link: CoordinatorLink
  private let socket: Socket
  private let watches: Watches
  private let logger: Logger
  private var shard: ParameterShard
  /// Whether peers may be on this machine alone, and share memory.
  private let sharesMemory: Bool
  private var peers: [PeerIdentity: Peer] = [:]
  private var peerLinks: [PeerLink] = []
  private var directives: [ServerDirective] = []
  private var bytesSent: UInt64 = 0
  private var bytesReceived: UInt64 = 0
  private var exit: MemberExit?

  // Limit: how long a wait may last before the loop looks at its clocks again.
  private static let tick = Duration.milliseconds(200)
  // Limit: two frames per worker and the windows of bulk reads are under way at most; a thousand is far above.
  private static let highWater = 1024

  /// Binds the server's own endpoint, joins the job, and serves until it is over; whenever the coordinator gathers its
  /// members anew, it joins again.
  /// - Throws: `ZeroMQError` for a taken port or a bad endpoint, `LinkError` for a coordinator that does not answer.
  package static func run(
    coordinator: Endpoint, listen: Endpoint, place: Int, watches: Watches, logger: Logger
  ) throws -> MemberExit {
    while true {
      let exit = try join(
        coordinator: coordinator, listen: listen, place: place, watches: watches, logger: logger)
      guard exit == .regrouped else { return exit }
    }
  }

  private static func join(
    coordinator: Endpoint, listen: Endpoint, place: Int, watches: Watches, logger: Logger
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
      context: context, endpoint: coordinator, identity: PeerIdentity.incarnation(incarnation))
    let hello = Hello(
      role: .server, process: .ofThisProcess, place: UInt16(clamping: place), incarnation: incarnation,
      endpoint: endpoint.description, dataFingerprint: "")
    switch try link.join(hello, watches: watches) {
    case .left(let exit): return exit
    case .welcomed(let welcome):
      var loop = try ServingLoop(
        link: link, socket: socket, sharesMemory: endpoint.isFile, welcome: welcome, watches: watches, logger: logger)
      do {
        return try loop.run()
      } catch {
        try loop.link.sendFailure(error)
        throw error
      }
    }
  }

  private init(
    link: consuming CoordinatorLink, socket: consuming Socket, sharesMemory: Bool, welcome: Welcome, watches: Watches,
    logger: Logger
  ) throws {
    let plan = try Self.plan(of: welcome)
    shard = ParameterShard(
      ServerConfiguration(
        job: welcome.job, membership: welcome.membership, server: ServerID(welcome.index), plan: plan,
        size: welcome.size, placement: Placement(workers: Int(welcome.workers), servers: Int(welcome.servers)),
        restores: welcome.restores))
    self.link = link
    self.socket = socket
    self.sharesMemory = sharesMemory
    self.watches = watches
    self.logger = logger
    logger.info("ready", metadata: ["server": "\(welcome.index)", "servers": "\(welcome.servers)"])
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
    var poll = PollSet()
    let linkSlot = poll.add(link.socket)
    let socketSlot = poll.add(socket)
    let watchSlots = watches.add(to: &poll)
    while true {
      _ = try poll.wait(timeout: Self.tick)
      if let exit = watches.exit(poll, watchSlots) { return exit }
      if poll.isReadable(linkSlot) {
        while let message = try link.receive() { try obey(message) }
      }
      if poll.isReadable(socketSlot) { try serve() }
      if let exit { return exit }
      try link.ticked()
    }
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
    case .alive: break
    case .hello, .ready, .progress, .epochFinished, .paused, .evaluated, .measured, .farewell, .failed, .welcome,
      .connect, .train, .pause, .settle, .settled, .evaluate, .askStatus, .status:
      throw WireError("message", "is not one that a server is sent")
    }
  }

  private var account: Account {
    Account(
      cpuSeconds: ProcessUsage.cpuSeconds, peakResidentBytes: UInt64(ProcessUsage.peakResidentBytes),
      bytesSent: bytesSent + link.bytesSent, bytesReceived: bytesReceived + link.bytesReceived,
      updates: shard.applied, duplicates: shard.duplicates)
  }

  // MARK: steps

  /// Takes every frame that is here.
  private mutating func serve() throws {
    while let delivery = try socket.receiveFromPeer() {
      let peer = peer(for: delivery.peer)
      let message = delivery.takeMessage()
      do {
        try receive(message, from: peer)
      } catch let error as WireError {
        let identity = peerLinks[Int(peer.rawValue)].identity
        logger.warning("refused a frame", metadata: ["peer": "\(identity)", "reason": "\(error)"])
        directives.append(.refuse(peer, reason: error.description))
      }
      try carryOut()
    }
  }

  private mutating func receive(_ message: borrowing Message, from peer: Peer) throws {
    let link = peerLinks[Int(peer.rawValue)]
    switch try LaneFrame(message.bytes) {
    case nil:
      bytesReceived += UInt64(message.byteCount)
      try shard.receive(message.bytes, from: peer, directives: &directives)
    case .notice(let sequence, let byteCount):
      guard let lane = link.lane else { throw WireError("lane", "was never accepted") }
      bytesReceived += UInt64(byteCount)
      if let frame = lane.frame(sequence: sequence, byteCount: byteCount) {
        try shard.receive(frame, from: peer, directives: &directives)
      }
    case .offer(let process, let descriptor, let byteCount, let token):
      guard sharesMemory else { throw WireError("lane", "is offered to a server that listens to other machines") }
      do {
        link.lane = try SharedLane(process: process, descriptor: descriptor, byteCount: byteCount, token: token)
      } catch {
        // They go on through the socket.
        logger.info("shares no memory", metadata: ["peer": "\(link.identity)", "reason": "\(error)"])
        return
      }
      try send(.acceptance(token: token), to: link)
    case .acceptance: throw WireError("kind", "is not one that a server is sent")
    }
  }

  private mutating func peer(for identity: PeerIdentity) -> Peer {
    if let known = peers[identity] { return known }
    let peer = Peer(peerLinks.count)
    peers[identity] = peer
    peerLinks.append(PeerLink(identity))
    return peer
  }

  private mutating func carryOut() throws {
    for directive in directives {
      switch directive {
      case .reply(let peer, let worker, let byteCount):
        let link = peerLinks[Int(peer.rawValue)]
        bytesSent += UInt64(byteCount)
        if let lane = link.lane, lane.fits(byteCount) {
          try send(
            lane.write(byteCount: byteCount) { writer in shard.writeReply(for: worker, into: &writer) }, to: link)
        } else {
          try send(
            Message.framed(byteCount: byteCount) { writer in shard.writeReply(for: worker, into: &writer) }, to: link)
        }
      case .bulkReply(let peer, let request, let byteCount):
        bytesSent += UInt64(byteCount)
        try send(
          Message.framed(byteCount: byteCount) { writer in shard.writeBulkReply(request, into: &writer) },
          to: peerLinks[Int(peer.rawValue)])
      case .passOver(let peer, let job, let membership):
        logger.info(
          "passed over a frame of another membership",
          metadata: [
            "peer": "\(peerLinks[Int(peer.rawValue)].identity)", "job": "\(job)", "membership": "\(membership)",
          ])
      case .refuse(let peer, let reason):
        try send(
          Message.framed(byteCount: Refusal.byteCount(reason)) { writer in Refusal.write(reason, into: &writer) },
          to: peerLinks[Int(peer.rawValue)])
      }
    }
    directives.removeAll(keepingCapacity: true)
  }

  private func send(_ frame: LaneFrame, to link: PeerLink) throws {
    switch try frame.withBytes({ bytes throws(ZeroMQError) in try socket.send(copying: bytes, to: link.identity) }) {
    case .sent: break
    case .wouldBlock: throw LinkError("peer \(link.identity)", "does not take its replies")
    case .unreachable: logger.warning("a peer is gone", metadata: ["peer": "\(link.identity)"])
    }
  }

  private func send(_ message: consuming Message, to link: PeerLink) throws {
    switch try socket.send(to: link.identity, message) {
    case .sent: break
    case .wouldBlock: throw LinkError("peer \(link.identity)", "does not take its replies")
    case .unreachable: logger.warning("a peer is gone", metadata: ["peer": "\(link.identity)"])
    }
  }
}
