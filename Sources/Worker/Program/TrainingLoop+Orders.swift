import Datasets
import Links
import Logging
import Plan
import Telemetry
import Wire
import WorkerCore
import ZeroMQ

extension TrainingLoop {
  // MARK: the coordinator's word

  mutating func obey(_ message: ControlMessage) throws {
    switch message {
    case .connect(let endpoints): try connect(to: endpoints)
    case .replaceServer(let id, let endpoint): try replace(id, endpoint)
    case .train(let epoch, let step, let until, let positions):
      try trainer.trainingOrdered(
        epoch: epoch, step: step, until: until, positions: positions, directives: &directives)
      try carryOut()
      trainer.sampleAhead()
    case .pause:
      trainer.pauseOrdered(directives: &directives)
      try carryOut()
    case .settle(let endedEpoch):
      trainer.settleOrdered(endedEpoch: endedEpoch, directives: &directives)
      try carryOut()
    case .evaluate(let target):
      evaluationTarget = target
      try trainer.evaluationOrdered(directives: &directives)
      try carryOut()
    case .finish:
      try link.send(.farewell(account))
      logger.info("finished", metadata: ["pushes": "\(trainer.pushes)"])
      exit = .finished
    case .abort(let reason): exit = .aborted(reason: reason)
    case .regroup(let reason):
      logger.notice("joins anew", metadata: ["reason": "\(reason)"])
      exit = .regrouped
    case .alive: break
    case .hello, .ready, .arranged, .leaderGone, .follow, .goAlone, .takeOver, .progress, .epochFinished, .paused,
      .settled, .evaluated, .measured, .farewell, .failed,
      .welcome, .askStatus, .status:
      throw WireError("message", "is not one that a worker is sent")
    }
  }

  private mutating func connect(to endpoints: [String]) throws {
    let expected = trainer.configuration.placement.servers
    guard servers.isEmpty, endpoints.count == expected else {
      throw WireError("servers", "are \(endpoints.count), not \(expected), or told of a second time")
    }
    for (index, endpoint) in endpoints.enumerated() {
      servers.append(try serverLink(ServerID(index), try Endpoint(endpoint)))
    }
    try trainer.connected(directives: &directives)
    try carryOut()
  }

  private mutating func serverLink(_ id: ServerID, _ endpoint: Endpoint) throws -> ServerLink {
    var options = SocketOptions()
    options.immediate = false
    options.maximumMessageByteCount = frameByteLimit
    options.routingID = .incarnation(.random(in: .min ... .max), of: "worker", place)
    let socket = try Socket(context: context, kind: .dealer, options: options)
    try socket.connect(endpoint)
    let slot = poll.add(socket)
    let lane = endpoint.isFile ? try SharedLane(token: .random(in: 1 ... .max)) : nil
    let link = ServerLink(
      id: id, socket: socket, slot: slot, lane: lane, keepsRequest: trainer.configuration.plan.cluster.backups > 0)
    if let lane { try link.send(lane.offer) }
    return link
  }

  /// A server's backup has its place. What the lost one may still have sent goes with its socket.
  private mutating func replace(_ id: ServerID, _ endpoint: String) throws {
    let index = Int(id.rawValue)
    guard servers.indices.contains(index) else { throw WireError("server", "is \(id) of \(servers.count)") }
    let before = servers[index]
    poll.remove(before.slot)
    oldCounts += before.link.counts
    servers[index] = try serverLink(id, try Endpoint(endpoint))
    openLanes = servers.compactMap(\.openLane)
    let isUnanswered = try trainer.serverReplaced(id)
    if isUnanswered { try servers[index].sendRequest(of: before) }
    logger.notice("goes over to a backup", metadata: ["server": "\(id)", "asksAgain": "\(isUnanswered)"])
  }

  private var account: Account {
    var counts = link.counts
    counts += oldCounts
    for server in servers { counts += server.link.counts }
    return Account(
      cpuSeconds: ProcessUsage.cpuSeconds, peakResidentBytes: UInt64(ProcessUsage.peakResidentBytes),
      bytesSent: bytesSent + link.bytesSent, bytesReceived: bytesReceived + link.bytesReceived,
      updates: trainer.pushes, staleness: trainer.staleness, resent: counts.resent, repeated: counts.duplicates)
  }

  // MARK: what the Core orders

  mutating func carryOut() throws {
    while !directives.isEmpty {
      swap(&directives, &underWay)
      for directive in underWay { try carryOut(directive) }
      underWay.removeAll(keepingCapacity: true)
    }
  }

  private mutating func carryOut(_ directive: WorkerDirective) throws {
    switch directive {
    case .sendRequests:
      for server in servers {
        let size = trainer.requestByteCount(for: server.id)
        bytesSent += UInt64(size)
        try server.sendRequest(byteCount: size) { writer in trainer.writeRequest(for: server.id, into: &writer) }
      }
      trainer.requestsSent()
    case .sendBulk(let id, let request):
      let size = trainer.byteCount(of: request)
      bytesSent += UInt64(size)
      try servers[Int(id.rawValue)].send(byteCount: size) { writer in
        trainer.writeBulk(request, for: id, into: &writer)
      }
    case .loaded: try link.send(.ready)
    case .paused:
      try link.send(.paused(trainer.progress, positions: trainer.positions))
    case .orderDone:
      try link.send(
        trainer.endsEpoch
          ? .epochFinished(trainer.progress, positions: trainer.positions)
          : .paused(trainer.progress, positions: trainer.positions))
    case .settled: try link.send(.settled)
    case .canRank:
      if let rated = evaluationTarget == .test ? rated?.test : rated?.validation {
        try link.send(.measured(try trainer.measure(rated)))
      } else {
        let cases = evaluationTarget == .test ? data.testCases : data.validationCases
        try link.send(.evaluated(try trainer.rank(cases)))
      }
    }
  }
}
