import Plan

/// What happens to the files of checkpoints.
package struct DiskFault: Equatable, Sendable {
  package enum Action: Equatable, Sendable {
    /// Every write takes so many seconds longer.
    case slow(seconds: Double)
    /// There is no room.
    case full
    /// The machine dies while the file is being written: a part of it is there afterwards, and its process is gone.
    case torn
  }
  package let action: Action
  /// When it begins; nil for the beginning of the job. A torn write is the first one after that.
  package let trigger: FaultTrigger?
  /// How long it lasts, in seconds; nil for the rest of the job.
  package let duration: Double?
  /// Its statement, for people.
  package let text: String
  package let place: FaultPlace
}

/// What becomes of one file.
package struct WriteFate: Equatable, Sendable {
  /// How much longer it takes, in seconds.
  package var delay = 0.0
  package var isFull = false
  /// Which share of the bytes is there when the machine dies; nil where it does not.
  package var tornAt: Double?
  /// The statements that make it so, for people.
  package var causes: [String] = []
  package init() {}
}

/// A plan's disk faults in the course of a job.
package struct DiskFaultSchedule: Sendable {
  private let faults: [DiskFault]
  private let stream: RandomStream
  private var clocks: [TriggerClock?]
  private var ends: [Double]
  private var writes: UInt64 = 0

  package init(_ plan: FaultPlan) {
    faults = plan.diskFaults
    stream = RandomStream(seed: plan.seed, .faults, 4)
    clocks = plan.diskFaults.enumerated().map { index, fault in
      fault.trigger.map { TriggerClock($0, RandomStream(seed: plan.seed, .faults, 5, UInt64(index))) }
    }
    ends = plan.diskFaults.map { $0.trigger == nil ? $0.duration ?? .infinity : -1 }
  }

  /// What becomes of a file that is written now.
  package mutating func fate(at time: Double, step: UInt64) -> WriteFate {
    var fate = WriteFate()
    for (index, fault) in faults.enumerated() {
      if var clock = clocks[index] {
        if clock.fires(at: time, step: step) { ends[index] = fault.duration.map { time + $0 } ?? .infinity }
        clocks[index] = clock
      }
      guard time < ends[index] else { continue }
      fate.causes.append(fault.text)
      switch fault.action {
      case .slow(let seconds): fate.delay += seconds
      case .full: fate.isFull = true
      case .torn:
        fate.tornAt = stream.uniform(at: writes)
        ends[index] = -1
      }
    }
    writes += 1
    return fate
  }
}
