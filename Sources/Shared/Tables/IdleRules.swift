// What happens to a row in the steps between its last gradient and now, under the rules that move idle rows. It is
// computed from the state that the last gradient left, in one go: whoever reads a row, whenever and however often,
// changes nothing.

/// The steps that brought a row no gradient.
struct IdleSteps {
  /// The step of the last gradient.
  let last: UInt64
  let count: Int

  /// nil where the row rests: it never had a gradient, or it has one as late as `step`.
  @inline(__always)
  init?(since last: UInt64, through step: UInt64) {
    guard last > 0, step > last else { return nil }
    self.last = last
    count = Int(clamping: step &- last)
  }
}

/// SGD with momentum: the velocity b decays by μ a step, so the weights become `w − b (η₁μ + η₂μ² + … + ηₖμᵏ)`, summed
/// while the rate stays the same.
struct IdleMomentum {
  let kept: Float
  private let travel: Float

  init(_ idle: IdleSteps, _ optimizer: OptimizerSettings) {
    kept = Float(power(optimizer.momentum, idle.count))
    var (done, left, sum) = (0, 1.0, 0.0)
    // What a velocity of 2⁻¹²⁸ still moves is lost in the sum, however long the row goes on resting.
    while done < idle.count, left > 0x1p-128 {
      let next = idle.last &+ UInt64(done) &+ 1
      let period = UInt64(optimizer.stepsPerDecay)
      let untilDecay = optimizer.rateDecay == 1 ? UInt64.max : period &- (next &- 1) % period
      let steps = Int(clamping: min(untilDecay, UInt64(idle.count &- done)))
      let after = left * power(optimizer.momentum, steps)
      sum += optimizer.rateFactor(at: next) * optimizer.momentum * (left - after) / (1 - optimizer.momentum)
      left = after
      done += steps
    }
    travel = Float(-optimizer.learningRate * sum)
  }

  @inline(__always)
  func moved(_ weights: Lanes, velocity: Lanes) -> Lanes {
    multiplyAdd(weights, Lanes(repeating: travel), velocity)
  }
}

/// Brings a row under SGD with momentum to where its idle steps leave it.
@inline(never)
func moveIdleMomentum(_ lanes: inout LaneBuffer, _ range: Range<Int>, _ idle: IdleMomentum) {
  var table = lanes.mutableSpan
  var state = table._mutatingExtracting(range)
  let blocks = state.count / 2
  for block in 0..<blocks {
    state[block] = idle.moved(state[block], velocity: state[blocks &+ block])
    state[blocks &+ block] *= idle.kept
  }
}

/// Adam: in the idle steps t + 1 … t + k the moments decay by their powers, so the weights become
/// `w − m Σⱼ (s(t+j) β₁ʲ) / (r(t+j) √β₂ʲ √v + ε)`, with s and r from the schedule. The sum runs over the steps that
/// single precision can feel.
@inline(__always)
func movedByIdleAdam(
  _ weights: Lanes, first: Lanes, second: Lanes, _ idle: IdleSteps, _ schedule: borrowing AdamSchedule
) -> Lanes {
  let stepSizes = schedule.stepSizes.span
  let rootFactors = schedule.rootFactors.span
  let firstDecays = schedule.firstDecays.span
  let rootDecays = schedule.rootDecays.span
  let settled = UInt64(truncatingIfNeeded: stepSizes.count &- 1)
  let root = second.squareRoot()
  let epsilon = Lanes(repeating: schedule.epsilon)
  var sum = Lanes.zero
  let period = schedule.optimizer.rateDecay == 1 ? Int.max : schedule.optimizer.stepsPerDecay
  var untilDecay = 0
  var rateFactor: Float = 1
  for step in 1...min(idle.count, firstDecays.count &- 1) {
    let now = idle.last &+ UInt64(truncatingIfNeeded: step)
    if untilDecay == 0 {
      rateFactor = Float(schedule.optimizer.rateFactor(at: now))
      untilDecay = period &- Int(truncatingIfNeeded: (now &- 1) % UInt64(period))
    }
    untilDecay &-= 1
    let place = Int(truncatingIfNeeded: min(now, settled))
    let numerator = stepSizes[place] * firstDecays[step] * rateFactor
    let factor = rootFactors[place] * rootDecays[step]
    sum += numerator / multiplyAdd(epsilon, root, Lanes(repeating: factor))
  }
  return multiplyAdd(weights, -first, sum)
}

/// Brings a row under Adam to where its idle steps leave it.
@inline(never)
func moveIdleAdam(
  _ lanes: inout LaneBuffer, _ range: Range<Int>, _ idle: IdleSteps, _ schedule: borrowing AdamSchedule
) {
  let kept = schedule.decays(after: idle.count)
  var table = lanes.mutableSpan
  var state = table._mutatingExtracting(range)
  let blocks = state.count / 3
  for block in 0..<blocks {
    state[block] = movedByIdleAdam(
      state[block], first: state[blocks &+ block], second: state[2 &* blocks &+ block], idle, schedule)
    state[blocks &+ block] *= kept.first
    state[2 &* blocks &+ block] *= kept.second
  }
}
