import CoordinatorCore
import Plan
import Wire

/// Sends the coordinator messages of its members; an input is the choice of a plan and frames, each behind its sender's
/// number.
enum CoordinatorFeed {
  static let interrupt: UInt8 = 0x20
  static let tick: UInt8 = 0x21

  static func feed(_ bytes: RawSpan) -> Verdict {
    guard bytes.byteCount > 0 else { return .refused("nothing") }
    // Safety: any bits are a byte.
    var coordinator = HostileCoordinator(HostileJob(variant: unsafe bytes.unsafeLoad(as: UInt8.self)))
    var verdict = Verdict.value
    for part in Parts(bytes.extracting(droppingFirst: 1)).parts {
      switch part.tag {
      case interrupt: coordinator.interrupt()
      case tick: coordinator.tick()
      default:
        do throws(WireError) {
          // Safety: bytes have no padding.
          try coordinator.receive(unsafe part.bytes.span.bytes, from: Int(part.tag))
        } catch { verdict = .refused(error.description) }
      }
      _ = coordinator.carryOut()
    }
    if case .failed(_, let reason) = coordinator.outcome { verdict = .refused(reason) }
    return verdict
  }
}

extension CoordinatorFeed {
  /// A job whose server is lost, and then its backup.
  static var takeover: [UInt8] {
    func hello(_ role: Hello.Role) -> ControlMessage {
      .hello(Hello(role: role, process: 1, place: 0, incarnation: 1, endpoint: "e", dataFingerprint: "d"))
    }
    let lost = ControlMessage.failed(exitCode: ControlMessage.tryAgain, reason: "lost")
    let progress = Progress(epoch: Epoch(1), step: Step(1), samples: 1, loss: 0, optimizerStep: 1)
    let messages: [(UInt8, ControlMessage)] = [
      (0, hello(.server)), (1, hello(.server)), (2, hello(.worker)), (3, hello(.worker)), (0, .ready), (1, .ready),
      (0, .arranged), (2, .ready), (3, .ready), (2, .progress(progress)), (0, lost), (1, .arranged),
      (0, hello(.server)),
      (1, lost),
    ]
    return [16] + Parts.joined(messages.map { ($0, $1.encoded()) })
  }
}

/// The coordinator's Core with a Loop that has no sockets and no files. Senders are the members in the order in which
/// they arrived.
struct HostileCoordinator {
  private var coordinator: JobCoordinator
  private var members: [Int: Member] = [:]
  private var time = 0.0
  private var directives: [CoordinatorDirective] = []
  private(set) var outcome: JobOutcome?

  init(_ job: HostileJob) { coordinator = job.coordinator }

  mutating func interrupt() { coordinator.interrupted(at: time, directives: &directives) }

  mutating func tick() {
    time += 1
    coordinator.ticked(at: time, directives: &directives)
  }

  mutating func receive(_ frame: RawSpan, from sender: Int) throws(WireError) {
    var reader = FrameReader(frame)
    guard try FrameMark.read(&reader) == .control else { throw WireError("kind", "is not a control message") }
    let message = try ControlMessage(from: &reader)
    time += 0.1
    if let member = members[sender] {
      coordinator.received(message, from: member, at: time, directives: &directives)
    } else if case .hello(let hello) = message {
      switch coordinator.memberArrived(hello, at: time, directives: &directives) {
      case .seated(let member): members[sender] = member
      case .waits: break
      case .refused(let reason): throw WireError("hello", reason)
      }
    }
  }

  /// What the members are sent, by sender; what the Loop would do with sockets and files is done at once.
  mutating func carryOut() -> [(sender: Int, message: ControlMessage)] {
    var sent: [(sender: Int, message: ControlMessage)] = []
    while !directives.isEmpty {
      let underWay = directives
      directives.removeAll()
      for directive in underWay {
        switch directive {
        case .send(let member, let message):
          guard let sender = members.first(where: { $0.value == member })?.key else { continue }
          sent.append((sender, message))
        case .restoreServers: coordinator.serversRestored(at: time, directives: &directives)
        case .settleServers: coordinator.serversSettled(at: time, directives: &directives)
        case .writeCheckpoint: coordinator.checkpointWritten(at: time, directives: &directives)
        case .goBack: members.removeAll()
        case .promote(let backup, let server, _):
          for (sender, member) in members where member == server { members[sender] = nil }
          for (sender, member) in members where member == backup { members[sender] = server }
        case .reportBackupLost(let backup, _):
          for (sender, member) in members where member == backup { members[sender] = nil }
        case .reportEpoch, .reportStart, .reportRecovery, .endProcess: break
        case .finish(let outcome): self.outcome = outcome
        }
      }
    }
    return sent
  }
}
