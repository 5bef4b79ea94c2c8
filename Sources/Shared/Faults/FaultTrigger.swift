import Plan

/// When a fault happens. Time is seconds since the job began; a step is an optimizer step of the whole job, and counts
/// when it is reached for the first time.
package struct FaultTrigger: Equatable, Sendable {
  package enum Moment: Equatable, Sendable {
    case atTime(Double)
    case atStep(UInt64)
    case everySeconds(Double)
    case everySteps(UInt64)
  }
  package var moment: Moment
  /// Whether it happens then, from 0 to 1.
  package var probability: Double
  /// How often it happens at most; nil for no limit.
  package var times: Int?

  package init(_ moment: Moment, probability: Double = 1, times: Int? = nil) {
    self.moment = moment
    self.probability = probability
    self.times = times
  }

  package var needsStep: Bool {
    switch moment {
    case .atStep, .everySteps: true
    case .atTime, .everySeconds: false
    }
  }
}

/// Where one trigger stands.
struct TriggerClock: Sendable {
  private let trigger: FaultTrigger
  private let stream: RandomStream
  /// Moments that have come, and those of them at which the fault happened.
  private var moments: UInt64 = 0
  private var firings = 0

  init(_ trigger: FaultTrigger, _ stream: RandomStream) {
    self.trigger = trigger
    self.stream = stream
  }

  /// Counts the moments up to now; says whether the fault happens, once however many they were.
  mutating func fires(at time: Double, step: UInt64) -> Bool {
    let passed: UInt64 =
      switch trigger.moment {
      case .atTime(let moment): time >= moment ? 1 : 0
      case .atStep(let moment): step >= moment ? 1 : 0
      case .everySeconds(let period): UInt64(max(0, min(time / period, 0x1p52)))
      case .everySteps(let period): step / period
      }
    var happens = false
    while moments < passed {
      moments += 1
      if let times = trigger.times, firings >= times { return happens }
      guard stream.uniform(at: moments) <= trigger.probability else { continue }
      if !happens { firings += 1 }
      happens = true
    }
    return happens
  }
}
