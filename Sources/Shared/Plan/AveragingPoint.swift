/// When the average of the weights takes them in: eight times an epoch, after evenly spaced steps, the last time at its
/// end, where the training settles first. An epoch of fewer steps skips points, and those it has count for more.
package struct AveragingPoint: Sendable, Equatable {
  /// Counted from 1 over the whole job.
  package let number: Int
  /// The one before that was not skipped, or 0.
  package let previous: Int

  // Limit: the noise of neighbouring points is the same noise, so that more of them cost time and change nothing.
  private static let perEpoch = 8

  package init(number: Int, previous: Int) {
    precondition(previous >= 0 && previous < number, "point \(number) after \(previous)")
    self.number = number
    self.previous = previous
  }

  /// The point that a step of an epoch of `stepCount` steps is followed by; none for most steps, and for the last.
  package init?(after step: Step, of stepCount: Int, in epoch: Epoch) {
    let passed = (Int(step.rawValue) + 1) * Self.perEpoch / stepCount
    let before = Int(step.rawValue) * Self.perEpoch / stepCount
    guard passed > before, passed < Self.perEpoch else { return nil }
    let start = (Int(epoch.rawValue) - 1) * Self.perEpoch
    self.init(number: start + passed, previous: start + before)
  }

  package init(atEndOf epoch: Epoch, of stepCount: Int) {
    let start = (Int(epoch.rawValue) - 1) * Self.perEpoch
    self.init(number: start + Self.perEpoch, previous: start + (stepCount - 1) * Self.perEpoch / stepCount)
  }

  /// What the average keeps of itself from point to point, for what it keeps from epoch to epoch: the eighth root.
  package static func fading(perEpoch fading: Double) -> Double {
    fading.squareRoot().squareRoot().squareRoot()
  }
}
