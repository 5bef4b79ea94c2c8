import CoordinatorCore
import ParamServerCore
import Plan
import Wire
import WorkerCore

/// What the members of a whole job are sent: two workers, a server and the coordinator, who talk to each other until
/// the job is over.
struct ConversationSeeds {
  private(set) var server: [UInt8]
  /// Of the second worker.
  private(set) var worker: [UInt8]
  private(set) var coordinator: [UInt8]

  struct Unfinished: Error {}

  init(_ variant: UInt8) throws {
    (server, worker, coordinator) = ([variant], [variant], [variant])
    let job = HostileJob(variant: variant)
    var conversation = Conversation(job)
    try conversation.run()
    server += Parts.joined(conversation.toServer)
    worker += Parts.joined(conversation.toWorker)
    coordinator += Parts.joined(conversation.toCoordinator)
  }
}

/// Delivers every frame at once, in the order in which they were sent.
private struct Conversation: ~Copyable {
  private(set) var toServer: [(tag: UInt8, bytes: [UInt8])] = []
  private(set) var toWorker: [(tag: UInt8, bytes: [UInt8])] = []
  private(set) var toCoordinator: [(tag: UInt8, bytes: [UInt8])] = []

  private var coordinator: HostileCoordinator
  private var shard: ParameterShard
  private var first: HostileWorker
  private var second: HostileWorker
  private var queue: [(to: Party, from: Int, bytes: [UInt8])] = []

  private enum Party { case coordinator, server, first, second }
  // As they present themselves: the server, then the workers.
  private static let parties = [Party.server, .first, .second]

  init(_ job: HostileJob) {
    coordinator = HostileCoordinator(job)
    shard = ParameterShard(job.server)
    first = HostileWorker(job, index: 0)
    second = HostileWorker(job, index: 1)
  }

  mutating func run() throws {
    for (sender, role) in [Hello.Role.server, .worker, .worker].enumerated() {
      tell(
        .hello(Hello(role: role, process: 1, place: 0, incarnation: 1, endpoint: "e", dataFingerprint: "d")),
        from: sender)
    }
    tell(.ready, from: 0)
    var delivered = 0
    while !queue.isEmpty {
      delivered += 1
      // Limit: a job of two epochs takes some hundred frames.
      guard delivered < 10_000 else { throw ConversationSeeds.Unfinished() }
      let (party, sender, bytes) = queue.removeFirst()
      try deliver(bytes, to: party, from: sender)
    }
    guard coordinator.outcome == .done else { throw ConversationSeeds.Unfinished() }
  }

  private mutating func tell(_ message: ControlMessage, from sender: Int) {
    queue.append((.coordinator, sender, message.encoded()))
  }

  private mutating func deliver(_ bytes: [UInt8], to party: Party, from sender: Int) throws {
    switch party {
    case .coordinator:
      toCoordinator.append((UInt8(sender), bytes))
      // Safety: bytes have no padding.
      try coordinator.receive(unsafe bytes.span.bytes, from: sender)
      for (member, message) in coordinator.carryOut() {
        if member == 0, message == .finish {
          tell(.farewell(Account()), from: 0)
        } else if member > 0 {
          queue.append((Self.parties[member], Int(WorkerFeed.coordinator), message.encoded()))
          if message == .finish { tell(.farewell(Account()), from: member) }
        }
      }
    case .server:
      toServer.append((UInt8(sender), bytes))
      try serve(bytes, from: sender)
    case .first: try Self.work(&first, bytes, from: sender, number: 1, &queue)
    case .second:
      toWorker.append((UInt8(sender), bytes))
      try Self.work(&second, bytes, from: sender, number: 2, &queue)
    }
  }

  private mutating func serve(_ bytes: [UInt8], from sender: Int) throws {
    var directives: [ServerDirective] = []
    // Safety: bytes have no padding.
    try shard.receive(unsafe bytes.span.bytes, from: Peer(sender), directives: &directives)
    for directive in directives {
      switch directive {
      case .reply(let peer, let worker, let byteCount):
        let frame = ServerFeed.write(byteCount) { shard.writeReply(for: worker, into: &$0) }
        queue.append((Self.parties[Int(peer.rawValue)], 0, frame))
      case .bulkReply(let peer, let request, let byteCount):
        let frame = ServerFeed.write(byteCount) { shard.writeBulkReply(request, into: &$0) }
        queue.append((Self.parties[Int(peer.rawValue)], 0, frame))
      case .refuse, .passOver: throw ConversationSeeds.Unfinished()
      }
    }
  }

  private static func work(
    _ worker: inout HostileWorker, _ bytes: [UInt8], from sender: Int, number: Int,
    _ queue: inout [(to: Party, from: Int, bytes: [UInt8])]
  ) throws {
    // Safety: bytes have no padding.
    let frame = unsafe bytes.span.bytes
    if sender == Int(WorkerFeed.coordinator) { try worker.obey(frame) } else { try worker.receive(frame) }
    if worker.trainer.canCompute { worker.computeStep() }
    let sent = worker.carryOut()
    for frame in sent.frames { queue.append((.server, number, frame)) }
    for word in sent.words { queue.append((.coordinator, number, word.encoded())) }
  }
}
