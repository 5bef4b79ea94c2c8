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
  private var peers: [PeerIdentity: Peer] = [:]
  private var addresses: [PeerIdentity] = []
  private var directives: [ServerDirective] = []
  private var bytesSent: UInt64 = 0
  private var bytesReceived: UInt64 = 0
  private var exit: MemberExit?

  // Limit: how long a wait may last before the loop looks at its clocks again.
  private static let tick = Duration.milliseconds(200)
  // Limit: two frames per worker and the windows of bulk reads are under way at most; a thousand is far above.
  private static let highWater = 1024

  /// Binds the server's own endpoint, joins the job, and serves until it is over.
  /// - Throws: `ZeroMQError` for a taken port or a bad endpoint, `LinkError` for a coordinator that does not answer.
  package static func run(
    coordinator: Endpoint, listen: Endpoint, watches: Watches, logger: Logger
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
    let hello = Hello(role: .server, incarnation: incarnation, endpoint: endpoint.description, dataFingerprint: "")
    switch try link.join(hello, watches: watches) {
    case .left(let exit): return exit
    case .welcomed(let welcome):
      var loop = try ServingLoop(link: link, socket: socket, welcome: welcome, watches: watches, logger: logger)
      do {
        return try loop.run()
      } catch {
        try loop.link.sendFailure(error)
        throw error
      }
    }
  }

  private init(
    link: consuming CoordinatorLink, socket: consuming Socket, welcome: Welcome, watches: Watches, logger: Logger
  ) throws {
    let plan = try JSONDecoder().decode(TrainingPlan.self, from: Data(welcome.plan))
    shard = ParameterShard(
      ServerConfiguration(
        job: welcome.job, membership: welcome.membership, server: ServerID(welcome.index), plan: plan,
        size: welcome.size, placement: Placement(workers: Int(welcome.workers), servers: Int(welcome.servers)),
        restores: welcome.restores))
    self.link = link
    self.socket = socket
    self.watches = watches
    self.logger = logger
    logger.info("ready", metadata: ["server": "\(welcome.index)", "servers": "\(welcome.servers)"])
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
    case .alive: break
    case .hello, .ready, .progress, .epochFinished, .paused, .evaluated, .farewell, .failed, .welcome, .connect, .train,
      .pause, .settle, .settled, .evaluate:
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
      let identity = delivery.peer
      let message = delivery.takeMessage()
      bytesReceived += UInt64(message.byteCount)
      let peer = peer(for: identity)
      do throws(WireError) {
        try shard.receive(message.bytes, from: peer, directives: &directives)
      } catch {
        logger.warning("refused a frame", metadata: ["peer": "\(identity)", "reason": "\(error)"])
        directives.append(.refuse(peer, reason: error.description))
      }
      try carryOut()
    }
  }

  private mutating func peer(for identity: PeerIdentity) -> Peer {
    if let known = peers[identity] { return known }
    let peer = Peer(addresses.count)
    peers[identity] = peer
    addresses.append(identity)
    return peer
  }

  private mutating func carryOut() throws {
    for directive in directives {
      switch directive {
      case .reply(let peer, let worker, let byteCount):
        try send(
          Message.framed(byteCount: byteCount) { writer in shard.writeReply(for: worker, into: &writer) }, to: peer)
      case .bulkReply(let peer, let request, let byteCount):
        try send(
          Message.framed(byteCount: byteCount) { writer in shard.writeBulkReply(request, into: &writer) }, to: peer)
      case .refuse(let peer, let reason):
        try send(
          Message.framed(byteCount: Refusal.byteCount(reason)) { writer in Refusal.write(reason, into: &writer) },
          to: peer)
      }
    }
    directives.removeAll(keepingCapacity: true)
  }

  private mutating func send(_ message: consuming Message, to peer: Peer) throws {
    let count = UInt64(message.byteCount)
    let identity = addresses[Int(peer.rawValue)]
    switch try socket.send(to: identity, message) {
    case .sent: bytesSent += count
    case .wouldBlock: throw LinkError("peer \(identity)", "does not take its replies")
    case .unreachable: logger.warning("a peer is gone", metadata: ["peer": "\(identity)"])
    }
  }
}
