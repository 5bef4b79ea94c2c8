import Faults

/// The network: endpoints where a process listens, and lines to them. A line keeps its order, as TCP does; what was
/// under way to a process that ended is gone, and what is sent while nobody listens waits for who comes.
extension FaultyCluster {
  func connect(_ process: SimulatedProcess, to endpoint: String) -> Line {
    let line = Line(number: freshNumber(), client: process, endpoint: endpoint)
    lines.append(line)
    return line
  }

  /// A process listens: what waited for it comes now.
  func bind(_ process: SimulatedProcess, at endpoint: String) {
    bindings[endpoint] = Binding(number: freshNumber(), process: process)
    // What a process has not got rid of goes with its socket.
    lines.removeAll { !$0.isOpen }
    for line in lines where line.endpoint == endpoint && !line.parked.isEmpty {
      let parked = line.parked
      line.parked = []
      for frame in parked { send(frame, on: line, .up) }
    }
  }

  func unbind(_ endpoint: String, of process: SimulatedProcess) {
    if bindings[endpoint]?.process === process { bindings[endpoint] = nil }
  }

  func send(_ frame: [UInt8], on line: Line, _ direction: Line.Direction) {
    guard let binding = bindings[line.endpoint] else {
      if direction == .up { line.parked.append(frame) }
      return
    }
    let (from, to) =
      direction == .up ? (line.client.node, binding.process.node) : (binding.process.node, line.client.node)
    let arrival = max(passage(from: from, to: to), line.lastArrival[direction.rawValue])
    line.lastArrival[direction.rawValue] = arrival
    add(.arrival(line, direction, frame, binding: binding.number), at: arrival)
  }

  func arrive(
    _ frame: [UInt8], on line: Line, _ direction: Line.Direction, binding number: Int, _ event: SimulatedEvent
  ) {
    let receiver: SimulatedProcess
    switch direction {
    case .up:
      guard let binding = bindings[line.endpoint], binding.number == number else { return }
      receiver = binding.process
    case .down:
      guard line.isOpen else { return }
      receiver = line.client
    }
    guard receiver.isAlive else { return }
    if receiver.isPaused(at: time) { return add(event, at: receiver.pausedUntil) }
    attend(receiver) { try receiver.received(frame, on: line, direction) }
  }

  /// When a frame that is sent now arrives. What is lost is sent again after a while, until it gets through.
  private func passage(from: FaultNode, to: FaultNode) -> Double {
    var sent = time
    while true {
      let fate = linkFaults.fate(from: from, to: to, at: sent, step: ledger.optimizerStep)
      if !fate.isLost { return sent + fate.delay + dice.number(in: job.delay) }
      sent += Self.resendPeriod
    }
  }

  private static let resendPeriod = 0.1
}
