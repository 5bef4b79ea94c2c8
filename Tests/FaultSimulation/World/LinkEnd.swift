import Simulation
import Wire

/// One end of a line's conversation (`ReliableLink`): the frames, where the `LinkLedger` decides what becomes of them.
final class LinkEnd {
  let line: Line
  private let owner: SimulatedProcess
  /// Which way it sends.
  private let direction: Line.Direction
  private var ledger: LinkLedger
  private var sent = [[UInt8]](repeating: [], count: LinkLedger.window)
  private var ahead = [[UInt8]](repeating: [], count: LinkLedger.window)
  private(set) var lastHeard: Double
  /// When it will look what is due.
  private var alarm = Double.infinity

  init(_ line: Line, _ direction: Line.Direction, of owner: SimulatedProcess, life: UInt32) {
    self.line = line
    self.direction = direction
    self.owner = owner
    ledger = LinkLedger(life: life)
    lastHeard = owner.time
  }

  var openCount: Int { ledger.openCount }
  var isPeerGone: Bool { ledger.isPeerGone }
  /// Everything has arrived that will.
  var isThrough: Bool { isPeerGone || openCount == 0 }

  /// - Returns: whether there was room for it
  func send(_ frame: [UInt8]) -> Bool {
    guard !ledger.isPeerGone else { return true }
    guard let (header, slot) = ledger.nextFrame(at: owner.time) else { return false }
    sent[slot] = Self.bytes(of: header) + frame
    owner.cluster.send(sent[slot], on: line, direction)
    setAlarm()
    return true
  }

  /// Takes a message.
  /// - Returns: the frames that are to be handed up now
  func take(_ message: [UInt8]) throws -> [[UInt8]] {
    defer { setAlarm() }
    // Safety: bytes have no padding.
    let header = try LinkHeader(unsafe message.span.bytes)
    let arrival = try ledger.arrived(header, at: owner.time)
    if case .answer = arrival {} else { lastHeard = owner.time }
    let frame = Array(message.dropFirst(LinkHeader.byteCount))
    if owner.cluster.bug == .unguardedLinks, header.kind == .frame { return [frame] }
    var frames: [[UInt8]] = []
    switch arrival {
    case .handUp:
      frames.append(frame)
      while let slot = ledger.takeHeld() { frames.append(ahead[slot]) }
    case .hold(let slot): ahead[slot] = frame
    case .passOver: break
    case .answer(let header): transmit(header)
    }
    return frames
  }

  /// Sends what is due.
  func tend() {
    alarm = .infinity
    while ledger.deadline <= owner.time {
      switch ledger.duty(at: owner.time) {
      case .nothing: return setAlarm()
      case .resend(let slot): owner.cluster.send(sent[slot], on: line, direction)
      case .acknowledge(let header): transmit(header)
      }
    }
    setAlarm()
  }

  func acknowledge() {
    if case .acknowledge(let header) = ledger.acknowledgement() { transmit(header) }
  }

  private func transmit(_ header: LinkHeader) { owner.cluster.send(Self.bytes(of: header), on: line, direction) }

  private func setAlarm() {
    guard ledger.deadline < alarm else { return }
    alarm = max(owner.time, ledger.deadline)
    owner.cluster.add(.alarm(owner, .due(self)), at: alarm)
  }

  static func bytes(of header: LinkHeader) -> [UInt8] {
    framed(LinkHeader.byteCount) { writer in header.write(into: &writer) }
  }
}

/// The conversations of a process that listens (`LinkTable`).
struct LinkEnds {
  private let life: UInt32
  private(set) var ends: [Int: LinkEnd] = [:]

  init(life: UInt32) { self.life = life }

  /// The end of a line for a message; nil where it has none and begins none, and the other side hears so.
  mutating func end(of line: Line, _ message: [UInt8], at owner: SimulatedProcess) throws -> LinkEnd? {
    if let end = ends[line.number] { return end }
    // Safety: bytes have no padding.
    let header = try LinkHeader(unsafe message.span.bytes)
    guard header.to == 0, header.kind == .frame else {
      guard header.kind != .stranger, header.to != 0 else { return nil }
      let answer = LinkHeader(kind: .stranger, from: life, to: header.from, sequence: 0, acknowledged: 0)
      owner.cluster.send(LinkEnd.bytes(of: answer), on: line, .down)
      return nil
    }
    let end = LinkEnd(line, .down, of: owner, life: life)
    ends[line.number] = end
    return end
  }

  mutating func remove(where isOver: (LinkEnd) -> Bool) {
    for (number, end) in ends where isOver(end) { ends[number] = nil }
  }

  /// In the order in which their lines were opened.
  var inOrder: [LinkEnd] { ends.sorted { $0.key < $1.key }.map(\.value) }
}
