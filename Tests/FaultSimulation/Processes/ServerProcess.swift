import Faults
import ParamServerCore
import Plan
import Simulation
import Wire

/// A parameter server's process (`ServingLoop`).
final class ServerProcess: MemberProcess {
  /// What it has from one greeting to the next.
  final class Serving {
    var shard: ParameterShard
    let configuration: ServerConfiguration
    /// Who sent something, in the order in which they first did.
    var peers: [LinkEnd] = []
    var standing: Standing
    init(_ configuration: ServerConfiguration, isBackup: Bool) {
      self.configuration = configuration
      standing = isBackup ? .following(nil) : .alone
      shard = ParameterShard(configuration)
    }
  }
  private(set) var serving: Serving?
  /// What came before the coordinator's welcome.
  private var early: [(message: [UInt8], line: Line)] = []
  private var links = LinkEnds(life: 1)
  /// What it said that it had written, and has not.
  var held: [[UInt8]] = []
  /// The last push of an earlier membership.
  var remembered: (job: JobID, frame: [UInt8])?

  override var whereabouts: String {
    guard let serving else { return "is joining" }
    let steps = "has applied \(serving.shard.optimizerStep) steps"
    if case .following = serving.standing { return "\(steps) as the backup of server \(serving.configuration.server)" }
    return steps
  }

  /// On one machine it listens at the same path as the process before it, on many at a port that is free.
  override func openEndpoint() -> String {
    serving = nil
    early = []
    held = []
    links = LinkEnds(life: cluster.freshLife())
    let endpoint = cluster.job.isSupervised ? "\(node)" : "\(node) port \(cluster.freshNumber())"
    listen(at: endpoint)
    return endpoint
  }

  override func released() {
    super.released()
    serving = nil
    links = LinkEnds(life: 1)
  }

  override func welcomed(_ welcome: Welcome) throws {
    let serving = Serving(
      ServerConfiguration(
        job: welcome.job, membership: welcome.membership, server: ServerID(welcome.index),
        plan: cluster.bug == .ignoredStaleness ? cluster.job.patientPlan : cluster.job.plan, size: cluster.job.size,
        placement: Placement(workers: Int(welcome.workers), servers: Int(welcome.servers)), restores: welcome.restores),
      isBackup: welcome.isBackup)
    self.serving = serving
    try cluster.ledger.serves(serving.configuration, process: number, isBackup: welcome.isBackup)
    try say(.ready)
    let early = early
    self.early = []
    for (message, line) in early { try receivedAsListener(message, on: line) }
  }

  override func obey(_ message: ControlMessage) throws {
    guard let serving else { preconditionFailure("\(node) obeys \(message) unwelcomed") }
    switch message {
    case .finish:
      try leave(.farewell(Account(updates: serving.shard.applied, duplicates: serving.shard.duplicates)), 0)
    case .follow(let endpoint): try follow(endpoint, serving)
    case .goAlone: try goAlone(serving)
    case .takeOver: try takeOver(serving)
    default: throw WireError("message", "is not one that a server is sent")
    }
  }

  override func receivedAsListener(_ message: [UInt8], on line: Line) throws {
    guard let serving else { return early.append((message, line)) }
    do {
      guard let end = try links.end(of: line, message, at: self) else { return }
      for frame in try end.take(message) { try serve(frame, from: end, serving) }
    } catch is WireError {
      // A message with a header that has no place here is passed over.
      return
    }
  }

  override func receivedData(_ frame: [UInt8], on line: Line) throws { try followed(frame, on: line) }
  override func lost(_ line: Line) throws { try leaderLost(line) }

  private func serve(_ frame: [UInt8], from end: LinkEnd, _ serving: Serving) throws {
    if !serving.peers.contains(where: { $0 === end }) { serving.peers.append(end) }
    let peer = Peer(serving.peers.firstIndex { $0 === end } ?? 0)
    // Safety: bytes have no padding.
    if let word = try BackupFrame(unsafe frame.span.bytes) { return try hear(word, from: end, serving) }
    switch serving.standing {
    case .alone: break
    case .leading(let follower): try forward(frame, to: follower)
    case .following: throw WireError("frame", "is for a server, and this one is a backup")
    }
    if try confirmsEarly(frame, from: end, serving) { return }
    for frame in try mistaken(frame, serving) { try take(frame, from: peer, serving) }
  }

  func take(_ frame: [UInt8], from peer: Peer, _ serving: Serving) throws {
    var directives: [ServerDirective] = []
    do {
      let applied = serving.shard.applied
      // Safety: bytes have no padding.
      try serving.shard.receive(unsafe frame.span.bytes, from: peer, directives: &directives)
      try cluster.ledger.received(
        frame, by: serving.configuration, process: number, applied: Int(serving.shard.applied - applied),
        optimizerStep: serving.shard.optimizerStep)
    } catch let error as WireError {
      directives.append(.refuse(peer, reason: error.description))
    }
    switch serving.standing {
    case .following: return
    case .leading(let follower): if cluster.bug != .lateForward { follower.ledger.keepBack(&directives) }
    case .alone: break
    }
    try carryOut(directives, serving)
  }

  func carryOut(_ directives: [ServerDirective], _ serving: Serving) throws {
    for directive in directives where directive.peer != .leaders { try carryOut(directive, serving) }
  }

  private func carryOut(_ directive: ServerDirective, _ serving: Serving) throws {
    switch directive {
    case .reply(let peer, let worker, let byteCount):
      let frame = framed(byteCount) { writer in serving.shard.writeReply(for: worker, into: &writer) }
      try cluster.ledger.replied(to: worker, frame, by: serving.configuration, process: number)
      try send(frame, to: peer, serving)
    case .bulkReply(let peer, let request, let byteCount):
      try send(framed(byteCount) { writer in serving.shard.writeBulkReply(request, into: &writer) }, to: peer, serving)
    case .refuse(let peer, let reason):
      try send(framed(Refusal.byteCount(reason)) { writer in Refusal.write(reason, into: &writer) }, to: peer, serving)
    case .passOver: break
    }
  }

  override func report() throws {
    guard let serving else { return }
    try tend(serving)
    for frame in held {
      var directives: [ServerDirective] = []
      // Safety: bytes have no padding.
      do { try serving.shard.receive(unsafe frame.span.bytes, from: Peer(0), directives: &directives) } catch {
        preconditionFailure("a frame that was confirmed is wrong: \(error)")
      }
    }
    held = []
  }

  private func send(_ frame: [UInt8], to peer: Peer, _ serving: Serving) throws {
    guard serving.peers[Int(peer.rawValue)].send(frame) else { throw LinkFull(peer: "peer \(peer)") }
  }
}
