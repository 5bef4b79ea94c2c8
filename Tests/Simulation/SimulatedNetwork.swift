import Plan

/// Who sends and receives in a simulated cluster.
package enum Node: Hashable, Sendable {
  case coordinator
  case server(Int)
  case worker(Int)
}

/// A process that dies.
package struct SimulatedDeath: Sendable {
  package let afterDeliveries: Int
  package let node: Node
  package init(afterDeliveries: Int, node: Node) {
    self.afterDeliveries = afterDeliveries
    self.node = node
  }
}

/// What workers and servers said to each other.
package struct Traffic: Equatable, Sendable {
  package private(set) var frames = 0
  package private(set) var bytes = 0

  package init(frames: Int = 0, bytes: Int = 0) {
    self.frames = frames
    self.bytes = bytes
  }

  mutating func count(_ frame: [UInt8]) {
    frames += 1
    bytes += frame.count
  }
}

/// Frames on their way. Every link keeps its order, as ZeroMQ's do; between links the delays, drawn from the seed,
/// decide.
struct SimulatedNetwork {
  struct Delivery {
    let time: Double
    let order: Int
    let from: Node
    let to: Node
    let frame: [UInt8]
  }

  private let stream: RandomStream
  private let delay: ClosedRange<Double>
  private var underWay: [Delivery] = []
  private var lastArrival: [Link: Double] = [:]
  private var sent = 0
  /// Frames and bytes between workers and servers.
  private(set) var traffic = Traffic()

  private struct Link: Hashable {
    let from: Node
    let to: Node
  }

  init(seed: UInt64, delay: ClosedRange<Double>) {
    stream = RandomStream(seed: seed, .simulation)
    self.delay = delay
  }

  mutating func send(_ frame: [UInt8], from: Node, to: Node, at time: Double) {
    let link = Link(from: from, to: to)
    if from != .coordinator, to != .coordinator { traffic.count(frame) }
    let drawn = delay.lowerBound + (delay.upperBound - delay.lowerBound) * stream.uniform(at: UInt64(sent))
    let arrival = max(time + drawn, lastArrival[link] ?? 0)
    lastArrival[link] = arrival
    underWay.append(Delivery(time: arrival, order: sent, from: from, to: to, frame: frame))
    sent += 1
  }

  /// Frames that will not arrive.
  mutating func drop(where isLost: (Delivery) -> Bool) { underWay.removeAll(where: isLost) }

  /// The next frame to arrive.
  mutating func next() -> Delivery? {
    guard let index = underWay.indices.min(by: { precedes(underWay[$0], underWay[$1]) }) else { return nil }
    return underWay.remove(at: index)
  }

  private func precedes(_ left: Delivery, _ right: Delivery) -> Bool {
    left.time == right.time ? left.order < right.order : left.time < right.time
  }
}
