import Plan

/// What happens to frames on their way.
package struct LinkFault: Equatable, Sendable {
  package enum Action: Equatable, Sendable {
    /// That share of the frames is lost.
    case drop(Double)
    /// That share arrives twice.
    case duplicate(Double)
    /// Frames take `seconds` longer, give or take `jitter`, each on its own, so that they overtake each other.
    case delay(seconds: Double, jitter: Double)
    /// That share is held back for `seconds`, so that others overtake it.
    case reorder(Double, seconds: Double)
    /// Nothing gets through.
    case partition
  }
  package let action: Action
  package let link: LinkPattern
  /// When it begins; nil for the beginning of the job.
  package let trigger: FaultTrigger?
  /// How long it lasts, in seconds; nil for the rest of the job.
  package let duration: Double?
  /// Its statement, for people.
  package let text: String
  package let place: FaultPlace
}

/// What becomes of one frame.
package struct FrameFate: Equatable, Sendable {
  package var isLost = false
  /// How much later it arrives, in seconds.
  package var delay = 0.0
  /// The same of its copy, if there is one.
  package var copyDelay: Double?
  package init() {}
}

/// A plan's link faults in the course of a job. Two of the same plan that are asked about the same frames, with the
/// same times and steps, give the same answers; what happens on one link does not depend on the frames of others.
package struct LinkFaultSchedule: Sendable {
  private let seed: UInt64
  private let faults: [LinkFault]
  private var clocks: [TriggerClock?]
  /// Until when each is in force.
  private var ends: [Double]
  private var frames: [Link: UInt64] = [:]

  private struct Link: Hashable {
    let from: FaultNode
    let to: FaultNode
  }

  package init(_ plan: FaultPlan) {
    seed = plan.seed
    faults = plan.linkFaults
    clocks = plan.linkFaults.enumerated().map { index, fault in
      fault.trigger.map { TriggerClock($0, RandomStream(seed: plan.seed, .faults, 1, UInt64(index))) }
    }
    ends = plan.linkFaults.map { $0.trigger == nil ? $0.duration ?? .infinity : -1 }
  }

  /// What becomes of a frame that is sent now.
  /// - Parameters:
  ///   - time: seconds since the job began
  ///   - step: the highest optimizer step that was reached
  package mutating func fate(from: FaultNode, to: FaultNode, at time: Double, step: UInt64) -> FrameFate {
    advance(to: time, step: step)
    let link = Link(from: from, to: to)
    let frame = frames[link, default: 0]
    frames[link] = frame + 1
    let key = RandomStream.mixed(from.number) ^ to.number
    var fate = FrameFate()
    var copyDelay = 0.0
    var isCopied = false
    for (index, fault) in faults.enumerated() where time < ends[index] && fault.link.matches(from: from, to: to) {
      let draws = RandomStream(seed: seed, .faults, 0x100 + UInt64(index), key)
      let chance = draws.uniform(at: 2 * frame)
      let second = draws.uniform(at: 2 * frame + 1)
      switch fault.action {
      case .drop(let share): if chance <= share { fate.isLost = true }
      case .duplicate(let share): if chance <= share { isCopied = true }
      case .delay(let seconds, let jitter):
        fate.delay += max(0, seconds + jitter * (2 * chance - 1))
        copyDelay += max(0, seconds + jitter * (2 * second - 1))
      case .reorder(let share, let seconds): if chance <= share { fate.delay += seconds }
      case .partition: fate.isLost = true
      }
    }
    if isCopied { fate.copyDelay = copyDelay }
    return fate
  }

  private mutating func advance(to time: Double, step: UInt64) {
    for index in faults.indices {
      guard var clock = clocks[index] else { continue }
      if clock.fires(at: time, step: step) { ends[index] = faults[index].duration.map { time + $0 } ?? .infinity }
      clocks[index] = clock
    }
  }
}
