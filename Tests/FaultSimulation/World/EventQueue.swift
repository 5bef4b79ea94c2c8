import Faults

/// What will happen and when, in simulated seconds; of two events at the same time the one that was decided first comes
/// first.
struct EventQueue {
  struct Entry {
    let time: Double
    let order: Int
    let event: SimulatedEvent

    func precedes(_ other: Entry) -> Bool { time == other.time ? order < other.order : time < other.time }
  }

  /// A binary heap, the next event first.
  private var heap: [Entry] = []
  private var added = 0

  mutating func add(_ event: SimulatedEvent, at time: Double) {
    heap.append(Entry(time: time, order: added, event: event))
    added += 1
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next() -> Entry? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { return first }
      let right = left + 1
      let child = right < heap.count && heap[right].precedes(heap[left]) ? right : left
      guard heap[child].precedes(heap[parent]) else { return first }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}

/// Everything that can happen in a simulated cluster.
enum SimulatedEvent {
  /// A frame has come to the end of its line; `binding` is who listened there when it was sent.
  case arrival(Line, Line.Direction, [UInt8], binding: Int)
  case alarm(SimulatedProcess, Alarm)
  /// A socket sees that the process at the other end of its connection has ended.
  case broken(Line)
  /// The supervisor sees that a process has ended.
  case ended(SimulatedProcess)
  /// The supervisor starts the next process of a post, of that start of the job.
  case start(FaultNode, lostAt: Double?, attempt: Int)
  /// Whoever started the job starts it again where it stands.
  case resume
}

/// What a process wakes up for; a life is the time from one greeting to the next.
enum Alarm {
  /// It looks at its clocks.
  case tick
  /// Something must be sent again, or acknowledged.
  case due(LinkEnd)
  /// Its last word has had time to arrive.
  case gone(life: Int)
  /// A worker has computed for as long as a step takes.
  case computed(life: Int)
  /// The coordinator has waited too long for a server, or its checkpoint is written.
  case overdue(wait: Int)
  case written(wait: Int)
}
