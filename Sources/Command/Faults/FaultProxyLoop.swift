import Faults
import Links
import Wire
import ZeroMQ

/// The proxy's sockets: for each target a router that its peers connect to, and for each peer a dealer of the same name
/// that is connected to the target.
struct FaultProxyLoop: ~Copyable {
  let endpoints: [Endpoint]
  /// The highest optimizer step that a server has spoken of.
  private(set) var step: UInt64 = 0
  private(set) var summary = FaultSummary()

  private let context: Context
  private let fronts: [Front]
  private var backs: [Back] = []
  private var places: [PeerIdentity: Int] = [:]
  private var schedule: LinkFaultSchedule
  private var delayed: [Parcel] = []
  private var order: UInt64 = 0
  private let began = MonotonicClock.seconds
  private var poll = PollSet()
  private var slots: [PollSet.Slot] = []

  private final class Front {
    let target: FaultProxy.Target
    let socket: Socket
    init(_ target: FaultProxy.Target, _ socket: consuming Socket) {
      self.target = target
      self.socket = socket
    }
  }

  private final class Back {
    let peer: PeerIdentity
    let node: FaultNode
    let front: Front
    let socket: Socket
    var lastUsed = 0.0
    init(_ peer: PeerIdentity, _ node: FaultNode, _ front: Front, _ socket: consuming Socket) {
      self.peer = peer
      self.node = node
      self.front = front
      self.socket = socket
    }
  }

  /// A frame that waits until its time has come.
  private final class Parcel {
    let due: Double
    let order: UInt64
    let isForward: Bool
    let back: Back
    var message: Message?
    init(_ message: consuming Message, _ back: Back, isForward: Bool, due: Double, order: UInt64) {
      self.message = consume message
      self.back = back
      self.isForward = isForward
      self.due = due
      self.order = order
    }
  }

  // Limit: how long a wait may last before the thread looks whether it must end.
  private static let tick = Duration.milliseconds(50)
  // Limit: members speak every second; a conversation that is silent for so long is over.
  private static let idleLimit = 60.0
  // Limit: seconds of a busy link; what comes beyond that is lost, as in any queue of a network.
  private static let parcelLimit = 20_000
  private static let highWater = 1024

  /// Listens at a free port for each target.
  static func listening(_ plan: FaultPlan, _ targets: [FaultProxy.Target]) throws -> FaultProxyLoop {
    let context = try Context()
    var fronts: [Front] = []
    var endpoints: [Endpoint] = []
    for target in targets {
      let socket = try Socket(context: context, kind: .router, options: options)
      endpoints.append(try socket.bind(Endpoint("tcp://127.0.0.1:*")))
      fronts.append(Front(target, socket))
    }
    return FaultProxyLoop(plan, context, fronts, endpoints)
  }

  private init(_ plan: FaultPlan, _ context: Context, _ fronts: [Front], _ endpoints: [Endpoint]) {
    self.context = context
    self.fronts = fronts
    self.endpoints = endpoints
    schedule = LinkFaultSchedule(plan)
    watchAll()
  }

  private static var options: SocketOptions {
    var options = SocketOptions()
    options.sendHighWater = highWater
    options.receiveHighWater = highWater
    options.maximumMessageByteCount = frameByteLimit
    return options
  }

  private mutating func watchAll() {
    poll = PollSet()
    slots = []
    for front in fronts { slots.append(poll.add(front.socket)) }
    for back in backs { slots.append(poll.add(back.socket)) }
  }

  private var now: Double { MonotonicClock.seconds - began }

  /// Waits a moment, and forwards what has come and what is due.
  mutating func turn() throws {
    let due = delayed.first.map { began + $0.due } ?? .infinity
    _ = try poll.wait(timeout: MonotonicClock.wait(until: due, atMost: Self.tick))
    let known = backs.count
    for (place, back) in backs.enumerated() where poll.isReadable(slots[fronts.count + place]) {
      while let message = try back.socket.receive() { try forward(message, back, isForward: false) }
    }
    for (place, front) in fronts.enumerated() where poll.isReadable(slots[place]) {
      while let delivery = try front.socket.receiveFromPeer() {
        guard let back = try back(of: delivery.peer, front) else { continue }
        try forward(delivery.takeMessage(), back, isForward: true)
      }
    }
    try sendDue()
    let time = now
    let isStale = { (back: Back) in time - back.lastUsed > Self.idleLimit }
    if backs.contains(where: isStale) {
      backs.removeAll(where: isStale)
      places = [:]
      for (place, back) in backs.enumerated() { places[back.peer] = place }
      watchAll()
    } else if backs.count != known {
      watchAll()
    }
  }

  /// The dealer that speaks for a peer; nil for one whose name is not one of ours.
  private mutating func back(of peer: PeerIdentity, _ front: Front) throws -> Back? {
    if let place = places[peer] { return backs[place] }
    guard let node = FaultNode(peer) else { return nil }
    var options = Self.options
    options.routingID = peer
    let socket = try Socket(context: context, kind: .dealer, options: options)
    try socket.connect(front.target.endpoint)
    places[peer] = backs.count
    backs.append(Back(peer, node, front, socket))
    return backs[backs.count - 1]
  }

  private mutating func forward(_ message: consuming Message, _ back: Back, isForward: Bool) throws {
    let time = now
    back.lastUsed = time
    if let reached = Self.optimizerStep(in: message) { step = max(step, reached) }
    let (from, to) = isForward ? (back.node, back.front.target.node) : (back.front.target.node, back.node)
    let fate = schedule.fate(from: from, to: to, at: time, step: step)
    summary.frames += 1
    if let delay = fate.copyDelay {
      summary.copied += 1
      try launch(Message(sharing: message), back, isForward, after: delay, at: time)
    }
    guard !fate.isLost else {
      summary.lost += 1
      return
    }
    if fate.delay > 0 { summary.delayed += 1 }
    try launch(message, back, isForward, after: fate.delay, at: time)
  }

  private mutating func launch(
    _ message: consuming Message, _ back: Back, _ isForward: Bool, after delay: Double, at time: Double
  ) throws {
    guard delay > 0 else { return try send(message, back, isForward: isForward) }
    guard delayed.count < Self.parcelLimit else {
      summary.lost += 1
      return
    }
    order += 1
    let parcel = Parcel(message, back, isForward: isForward, due: time + delay, order: order)
    // Those that are due first stand first.
    var low = 0
    var high = delayed.count
    while low < high {
      let middle = (low + high) / 2
      if delayed[middle].due <= parcel.due { low = middle + 1 } else { high = middle }
    }
    delayed.insert(parcel, at: low)
  }

  private mutating func sendDue() throws {
    let time = now
    let count = delayed.firstIndex { $0.due > time } ?? delayed.count
    guard count > 0 else { return }
    for parcel in delayed[..<count] {
      guard let message = parcel.message.take() else { continue }
      try send(message, parcel.back, isForward: parcel.isForward)
    }
    delayed.removeFirst(count)
  }

  /// A frame for which there is no connection is lost.
  private mutating func send(_ message: consuming Message, _ back: Back, isForward: Bool) throws {
    let isSent =
      isForward
      ? try back.socket.send(message).isSent() : try back.front.socket.send(to: back.peer, message).isSent()
    if !isSent { summary.lost += 1 }
  }

  /// What a server's reply to a step says, if the message is one.
  private static func optimizerStep(in message: borrowing Message) -> UInt64? {
    do throws(WireError) {
      guard try LinkHeader(message.bytes).kind == .frame else { return nil }
      var reader = FrameReader(message.frame)
      guard try FrameMark.read(&reader) == .stepReply else { return nil }
      return try StepReply(from: &reader, rowLimit: .max, denseLimit: .max).optimizerStep
    } catch {
      // It is forwarded all the same: its receiver says what is wrong with it.
      return nil
    }
  }
}

extension FaultNode {
  /// Who speaks under a routing id (see `PeerIdentity.incarnation`).
  init?(_ peer: PeerIdentity) {
    let parts = peer.description.split(separator: "-")
    guard parts.count == 3, let role = FaultRole.allCases.first(where: { $0.description == parts[0] }),
      let index = Int(parts[1])
    else { return nil }
    self.init(role, index)
  }
}
