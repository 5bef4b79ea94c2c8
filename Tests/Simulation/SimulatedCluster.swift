package import CoordinatorCore
package import Interactions
import ParamServerCore
package import Plan
import Tables
import Wire
import WorkerCore

/// A whole cluster in one thread: the three Cores, a network with seeded delays, and a clock that only events move.
package final class SimulatedCluster {
  let plan: TrainingPlan
  let size: ProblemSize
  let interactions: InteractionMatrix
  private let cases: EvaluationCases
  private let rated: RatedInteractions?
  private let features: ItemFeatures?
  private var network: SimulatedNetwork
  package private(set) var time = 0.0
  package private(set) var coordinator: JobCoordinator
  var servers: [SimulatedServer?]
  private var workers: [SimulatedWorker?]
  private var memberOfNode: [Node: Member] = [:]
  private var nodeOfMember: [Member: Node] = [:]
  private var settling: (step: UInt64, endedEpoch: Epoch)?
  package private(set) var outcome: JobOutcome?
  package var traffic: Traffic { network.traffic }
  /// What the job started from and the last cut it wrote.
  package private(set) var cut: SimulatedCut?
  /// When the user presses Ctrl-C, in steps of the first worker.
  package var interruptsAtStep: Int?
  /// Which processes die, and after how many deliveries.
  package var deaths: [SimulatedDeath] = []
  private var deliveries = 0

  final class SimulatedServer {
    var shard: ParameterShard
    init(_ configuration: ServerConfiguration) { shard = ParameterShard(configuration) }
  }

  private final class SimulatedWorker {
    var trainer: ShardTrainer
    var target = EvaluationTarget.test
    /// Where each of its servers is.
    var serverNodes: [Int] = []
    init(_ configuration: WorkerConfiguration) { trainer = ShardTrainer(configuration) }
  }

  package init(
    plan: TrainingPlan, interactions: InteractionMatrix, cases: EvaluationCases, rated: RatedInteractions? = nil,
    features: ItemFeatures? = nil, coldItems: Int = 0, networkSeed: UInt64,
    delay: ClosedRange<Double> = 0.0001...0.01, resuming cut: SimulatedCut? = nil
  ) {
    self.plan = plan
    self.interactions = interactions
    self.cases = cases
    self.rated = rated
    self.features = features
    size = ProblemSize(
      users: interactions.users, items: interactions.items, trainingInteractions: interactions.count,
      coldItems: coldItems, features: features?.count ?? 0)
    network = SimulatedNetwork(seed: networkSeed, delay: delay)
    self.cut = cut
    coordinator = JobCoordinator(
      plan: plan, planBytes: [], size: size, job: JobID(rawValue: 7), dataFingerprint: "simulated",
      resumingAt: cut?.position, history: cut?.history ?? JobHistory(), at: 0)
    servers = Array(repeating: nil, count: plan.cluster.servers)
    workers = Array(repeating: nil, count: plan.cluster.workers)
  }

  /// Runs the job to its end.
  package func run() throws {
    for index in servers.indices { try hello(.server, index, endpoint: "server \(index)") }
    for index in workers.indices { try hello(.worker, index, endpoint: "") }
    while outcome == nil {
      guard let delivery = network.next() else {
        throw SimulationFailure("nothing is under way at \(time) s, and the job is in phase \(coordinator.phase)")
      }
      time = max(time, delivery.time)
      deliveries += 1
      if let death = deaths.first, death.afterDeliveries <= deliveries {
        deaths.removeFirst()
        // What was under way to a process that died is gone; the others' frames arrive.
        let reaches = delivery.from != death.node && delivery.to != death.node
        try die(death.node)
        if !reaches { continue }
      }
      try arrive(delivery)
    }
  }

  // MARK: deaths

  /// A process dies with all it has and all that is under way to it; another takes its place.
  private func die(_ node: Node) throws {
    var directives: [CoordinatorDirective] = []
    if let member = memberOfNode[node] {
      coordinator.memberLost(member, reason: "killed", at: time, directives: &directives)
    }
    try carryOut(directives)
    forget(node)
    try present(node)
  }

  /// A process has closed its sockets: what was under way to it never arrives.
  private func forget(_ node: Node) {
    network.drop { $0.from == node || $0.to == node }
    switch node {
    case .coordinator: break
    case .server(let index): servers[index] = nil
    case .worker(let index): workers[index] = nil
    }
  }

  private func present(_ node: Node) throws {
    switch node {
    case .coordinator: break
    case .server(let index): try hello(.server, index, endpoint: "server \(index)")
    case .worker(let index): try hello(.worker, index, endpoint: "")
    }
  }

  /// Members get their places in the order in which they arrive; frames go to the node that has a place.
  func node(ofServer place: Int) -> Int {
    guard case .server(let index) = nodeOfMember[Member(role: .server, index: place)] else {
      preconditionFailure("no server has place \(place)")
    }
    return index
  }

  private func hello(_ role: Hello.Role, _ index: Int, endpoint: String) throws {
    let hello = Hello(
      role: role, process: 0, place: 0, incarnation: UInt64(index), endpoint: endpoint, dataFingerprint: "simulated")
    send(.hello(hello), from: role == .server ? .server(index) : .worker(index))
  }

  private func send(_ message: ControlMessage, from node: Node) {
    network.send(message.encoded(), from: node, to: .coordinator, at: time)
  }

  private func arrive(_ delivery: SimulatedNetwork.Delivery) throws {
    switch delivery.to {
    case .coordinator: try coordinatorHears(delivery)
    case .server(let index):
      if delivery.from == .coordinator {
        try serverObeys(index, try control(delivery.frame))
      } else {
        try serverReceives(index, delivery)
      }
    case .worker(let index):
      if delivery.from == .coordinator {
        try workerObeys(index, try control(delivery.frame))
      } else if case .server(let server) = delivery.from {
        try workerReceives(index, from: server, delivery.frame)
      }
    }
  }

  private func control(_ frame: [UInt8]) throws(WireError) -> ControlMessage {
    var reader = unsafe FrameReader(frame.span.bytes)
    guard try FrameMark.read(&reader) == .control else { throw WireError("kind", "is not control") }
    return try ControlMessage(from: &reader)
  }

  // MARK: the coordinator

  private func coordinatorHears(_ delivery: SimulatedNetwork.Delivery) throws {
    var directives: [CoordinatorDirective] = []
    let message = try control(delivery.frame)
    if let member = memberOfNode[delivery.from] {
      coordinator.received(message, from: member, at: time, directives: &directives)
    } else if case .hello(let hello) = message {
      switch coordinator.memberArrived(hello, at: time, directives: &directives) {
      case .seated(let member):
        memberOfNode[delivery.from] = member
        nodeOfMember[member] = delivery.from
      case .waits:
        network.send(
          ControlMessage.regroup(reason: "").encoded(), from: .coordinator, to: delivery.from, at: time)
      case .refused(let reason): throw SimulationFailure(reason)
      }
    }
    try carryOut(directives)
  }

  private func carryOut(_ directives: [CoordinatorDirective]) throws {
    var more: [CoordinatorDirective] = []
    for directive in directives {
      switch directive {
      case .send(let member, let message):
        guard let node = nodeOfMember[member] else { continue }
        network.send(message.encoded(), from: .coordinator, to: node, at: time)
      case .restoreServers:
        guard let cut else { throw SimulationFailure("restoring without a cut") }
        try restore(cut)
        coordinator.serversRestored(at: time, directives: &more)
      case .settleServers(let step, let endedEpoch):
        settling = (step, endedEpoch)
        try settle()
      case .writeCheckpoint(let position):
        cut = try takeCut(position)
        coordinator.checkpointWritten(at: time, directives: &more)
      case .goBack:
        memberOfNode = [:]
        nodeOfMember = [:]
        settling = nil
      case .reportStart, .reportEpoch, .reportRecovery, .endProcess, .promote, .reportBackupLost: break
      case .finish(let outcome): self.outcome = outcome
      }
    }
    if !more.isEmpty { try carryOut(more) }
  }

  private func settle() throws {
    guard let (step, endedEpoch) = settling, servers.allSatisfy({ ($0?.shard.optimizerStep ?? 0) >= step }) else {
      return
    }
    settling = nil
    let request = BulkRequest(
      job: coordinator.job, token: 0, action: .awaitStep, table: .dense, first: Int(endedEpoch.rawValue), count: 0,
      optimizerStep: step)
    let frame = framed(BulkRequest.headerByteCount) { writer in request.write(into: &writer) }
    for server in servers {
      var replies: [ServerDirective] = []
      try unsafe server?.shard.receive(frame.span.bytes, from: Peer(9999), directives: &replies)
      guard replies.count == 1 else { throw SimulationFailure("a server that has applied step \(step) still waits") }
    }
    var directives: [CoordinatorDirective] = []
    coordinator.serversSettled(at: time, directives: &directives)
    try carryOut(directives)
  }

  // MARK: servers

  private func serverObeys(_ index: Int, _ message: ControlMessage) throws {
    switch message {
    case .welcome(let welcome):
      servers[index] = SimulatedServer(
        ServerConfiguration(
          job: welcome.job, membership: welcome.membership, server: ServerID(welcome.index), plan: plan, size: size,
          placement: Placement(workers: Int(welcome.workers), servers: Int(welcome.servers)),
          restores: welcome.restores))
      send(.ready, from: .server(index))
    case .regroup:
      forget(.server(index))
      try present(.server(index))
    case .finish: send(.farewell(Account(updates: servers[index]?.shard.applied ?? 0)), from: .server(index))
    case .abort(let reason): throw SimulationFailure(reason)
    default: break
    }
  }

  private func serverReceives(_ index: Int, _ delivery: SimulatedNetwork.Delivery) throws {
    guard let server = servers[index], case .worker(let worker) = delivery.from else { return }
    var directives: [ServerDirective] = []
    try server.shard.receive(
      unsafe delivery.frame.span.bytes, from: Peer(worker), directives: &directives)
    for directive in directives {
      switch directive {
      case .reply(let peer, let worker, let byteCount):
        let frame = framed(byteCount) { writer in server.shard.writeReply(for: worker, into: &writer) }
        network.send(frame, from: .server(index), to: .worker(Int(peer.rawValue)), at: time)
      case .bulkReply(let peer, let request, let byteCount):
        let frame = framed(byteCount) { writer in server.shard.writeBulkReply(request, into: &writer) }
        network.send(frame, from: .server(index), to: .worker(Int(peer.rawValue)), at: time)
      case .refuse(_, let reason): throw SimulationFailure("server \(index) refused: \(reason)")
      case .passOver: break
      }
    }
    try settle()
  }

  // MARK: workers

  private func workerObeys(_ index: Int, _ message: ControlMessage) throws {
    var directives: [WorkerDirective] = []
    switch message {
    case .welcome(let welcome):
      workers[index] = SimulatedWorker(
        WorkerConfiguration(
          job: welcome.job, membership: welcome.membership, worker: WorkerID(welcome.index), plan: plan, size: size,
          placement: Placement(workers: Int(welcome.workers), servers: Int(welcome.servers)),
          shardMap: interactions.shardMap(into: plan.shardCount), interactions: interactions, features: features))
    case .connect(let endpoints):
      workers[index]?.serverNodes = endpoints.compactMap { Int($0.dropFirst("server ".count)) }
      try workers[index]?.trainer.connected(directives: &directives)
    case .train(let epoch, let step, let until, let positions):
      try workers[index]?.trainer.trainingOrdered(
        epoch: epoch, step: step, until: until, positions: positions, directives: &directives)
    case .pause: workers[index]?.trainer.pauseOrdered(directives: &directives)
    case .settle(let endedEpoch):
      workers[index]?.trainer.settleOrdered(endedEpoch: endedEpoch, directives: &directives)
    case .evaluate(let target):
      workers[index]?.target = target
      try workers[index]?.trainer.evaluationOrdered(directives: &directives)
    case .regroup:
      forget(.worker(index))
      return try present(.worker(index))
    case .finish: send(.farewell(Account(updates: workers[index]?.trainer.pushes ?? 0)), from: .worker(index))
    case .abort(let reason): throw SimulationFailure(reason)
    default: break
    }
    try carryOut(directives, of: index)
  }

  private func workerReceives(_ index: Int, from node: Int, _ frame: [UInt8]) throws {
    guard let worker = workers[index], let server = worker.serverNodes.firstIndex(of: node) else { return }
    var directives: [WorkerDirective] = []
    try worker.trainer.receive(unsafe frame.span.bytes, from: ServerID(server), directives: &directives)
    try carryOut(directives, of: index)
  }

  private func carryOut(_ directives: [WorkerDirective], of index: Int) throws {
    guard let worker = workers[index] else { return }
    var open = directives
    while true {
      for directive in open { try carryOut(directive, of: index, worker) }
      open = []
      if let step = interruptsAtStep, index == 0, worker.trainer.progress.step.rawValue >= step {
        interruptsAtStep = nil
        var orders: [CoordinatorDirective] = []
        coordinator.interrupted(at: time, directives: &orders)
        try carryOut(orders)
      }
      guard worker.trainer.canCompute else { return }
      worker.trainer.computeStep(directives: &open)
    }
  }

  private func carryOut(_ directive: WorkerDirective, of index: Int, _ worker: SimulatedWorker) throws {
    switch directive {
    case .sendRequests:
      for (server, node) in worker.serverNodes.enumerated() {
        let id = ServerID(server)
        let frame = framed(worker.trainer.requestByteCount(for: id)) { writer in
          worker.trainer.writeRequest(for: id, into: &writer)
        }
        network.send(frame, from: .worker(index), to: .server(node), at: time)
      }
      worker.trainer.requestsSent()
    case .sendBulk(let server, let request):
      let frame = framed(worker.trainer.byteCount(of: request)) { writer in
        worker.trainer.writeBulk(request, for: server, into: &writer)
      }
      network.send(frame, from: .worker(index), to: .server(worker.serverNodes[Int(server.rawValue)]), at: time)
    case .loaded: send(.ready, from: .worker(index))
    case .paused:
      send(.paused(worker.trainer.progress, positions: worker.trainer.positions), from: .worker(index))
    case .orderDone:
      send(
        worker.trainer.endsEpoch
          ? .epochFinished(worker.trainer.progress, positions: worker.trainer.positions)
          : .paused(worker.trainer.progress, positions: worker.trainer.positions), from: .worker(index))
    case .settled: send(.settled, from: .worker(index))
    case .canRank:
      if let rated {
        send(.measured(try worker.trainer.measure(rated)), from: .worker(index))
      } else {
        send(.evaluated(try worker.trainer.rank(cases)), from: .worker(index))
      }
    }
  }
}
