import Faults
import Plan

/// The network: endpoints where a process listens, and lines to them. A line keeps its order, as TCP does, until the
/// faults take a hand; what was under way to a process that ended is gone, and what is sent while nobody listens waits
/// for who comes.
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
    guard bindings[endpoint]?.process === process else { return }
    bindings[endpoint] = nil
    // Only backups look; whoever else is disturbed by it draws other delays from then on.
    guard job.plan.cluster.backups > 0 else { return }
    for line in lines where line.endpoint == endpoint && line.isOpen && line.client.node.role == .server {
      add(.broken(line), in: dice.number(in: job.delay))
    }
  }

  func send(_ frame: [UInt8], on line: Line, _ direction: Line.Direction) {
    guard let binding = bindings[line.endpoint] else {
      if direction == .up { line.parked.append(frame) }
      return
    }
    let (from, to) =
      direction == .up ? (line.client.node, binding.process.node) : (binding.process.node, line.client.node)
    let fate = linkFaults.fate(from: from, to: to, at: time, step: ledger.optimizerStep)
    let arrival = max(time + dice.number(in: job.delay), line.lastArrival[direction.rawValue])
    line.lastArrival[direction.rawValue] = arrival
    let event = SimulatedEvent.arrival(line, direction, frame, binding: binding.number)
    if !fate.isLost { add(event, at: arrival + fate.delay) }
    if let copyDelay = fate.copyDelay { add(event, at: arrival + copyDelay) }
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
}
