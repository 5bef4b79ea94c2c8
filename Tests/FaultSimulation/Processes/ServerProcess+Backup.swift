import ParamServerCore
import Plan
import Simulation
import Wire

/// What a server does with its backup, and a backup with its server (`ServingLoop+Backup`).
extension ServerProcess {
  /// Whose word a server's is (`ServerStanding`).
  enum Standing {
    case alone
    case leading(Follower)
    case following(Leader?)
  }

  final class Follower {
    let end: LinkEnd
    var ledger = BackupLedger()
    var waiting: [[UInt8]] = []
    init(_ end: LinkEnd) { self.end = end }
  }

  final class Leader {
    let line: Line
    var taken: UInt64 = 0
    var told: UInt64 = 0
    init(_ line: Line) { self.line = line }
  }

  // MARK: the coordinator's word

  func follow(_ endpoint: String, _ serving: Serving) throws {
    let leader = Leader(open(endpoint))
    serving.standing = .following(leader)
    let own = serving.configuration
    try say(Self.bytes(.begin(job: own.job, membership: own.membership, server: own.server)), on: leader.line)
  }

  func goAlone(_ serving: Serving) throws {
    guard case .leading(let follower) = serving.standing else {
      throw WireError("alone", "is ordered of a server that is")
    }
    serving.standing = .alone
    var directives: [ServerDirective] = []
    follower.ledger.backupLost(directives: &directives)
    try carryOut(directives, serving)
  }

  func takeOver(_ serving: Serving) throws {
    guard case .following(let leader?) = serving.standing else {
      throw WireError("takeover", "is ordered of a server that follows nobody")
    }
    leader.line.close()
    serving.standing = .alone
    try cluster.ledger.tookOver(serving.configuration, by: number)
    try say(.arranged)
  }

  // MARK: leading

  func hear(_ word: BackupFrame, from end: LinkEnd, _ serving: Serving) throws {
    switch (word, serving.standing) {
    case (.begin, .alone):
      let own = serving.configuration
      guard word == .begin(job: own.job, membership: own.membership, server: own.server) else {
        throw WireError("backup", "is of another server")
      }
      serving.standing = .leading(Follower(end))
      try say(.arranged)
    case (.receipt(let count), .leading(let follower)) where follower.end === end:
      var directives: [ServerDirective] = []
      try follower.ledger.received(count, directives: &directives)
      if cluster.bug != .lateForward { forwardWaiting(to: follower) }
      try carryOut(directives, serving)
    default: throw WireError("backup", "says what has no place here")
    }
  }

  func forward(_ frame: [UInt8], to follower: Follower) throws {
    // Safety: bytes have no padding.
    guard try BackupFrame.concerns(unsafe frame.span.bytes) else { return }
    follower.ledger.frameSent()
    if cluster.bug != .lateForward, follower.waiting.isEmpty, follower.end.send(frame) { return }
    follower.waiting.append(frame)
  }

  private func forwardWaiting(to follower: Follower) {
    while let frame = follower.waiting.first, follower.end.send(frame) { follower.waiting.removeFirst() }
  }

  // MARK: following

  func followed(_ frame: [UInt8], on line: Line) throws {
    guard let serving, case .following(let leader?) = serving.standing, leader.line === line else { return }
    // Safety: bytes have no padding.
    var reader = unsafe FrameReader(frame.span.bytes)
    guard try FrameMark.read(&reader) != .refusal else { throw LinkFull(peer: "a server that refuses its backup") }
    leader.taken += 1
    tell(leader)
    try take(frame, from: .leaders, serving)
  }

  private func tell(_ leader: Leader) {
    guard leader.told != leader.taken else { return }
    if leader.line.end?.send(Self.bytes(.receipt(count: leader.taken))) == true { leader.told = leader.taken }
  }

  /// The connection to its server is broken, as when that has ended.
  func leaderLost(_ line: Line) throws {
    guard let serving, case .following(let leader?) = serving.standing, leader.line === line else { return }
    try say(.leaderGone)
  }

  /// What is done whenever it looks at its clocks.
  func tend(_ serving: Serving) throws {
    switch serving.standing {
    case .leading(let follower): forwardWaiting(to: follower)
    case .following(let leader?): tell(leader)
    case .alone, .following: break
    }
  }

  private static func bytes(_ frame: BackupFrame) -> [UInt8] {
    framed(frame.byteCount) { writer in frame.write(into: &writer) }
  }
}
