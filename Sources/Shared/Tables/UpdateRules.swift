// One row's update, for each rule. The row stands at `range` of the table's lanes: `[weights | first moment | second
// moment]`, as many moments as the rule has. `gradient` is `[width]` floats; the lanes beyond it count as zero. Every
// lane goes through the same operations in the same order, so a row that is cut into narrower rows gives the same bits.

/// `w ← w − η g`
@inline(__always)
func stepSGD(_ lanes: inout LaneBuffer, _ range: Range<Int>, _ gradient: Span<Float>, rate: Float) {
  var table = lanes.mutableSpan
  var state = table._mutatingExtracting(range)
  for block in 0..<state.count {
    state[block] = multiplyAdd(state[block], Lanes(repeating: -rate), gradient.lanes(block))
  }
}

/// `b ← μ b + g`, `w ← w − η b` (torch.optim.SGD without dampening and Nesterov)
@inline(__always)
func stepMomentum(
  _ lanes: inout LaneBuffer, _ range: Range<Int>, _ gradient: Span<Float>, rate: Float, momentum: Float
) {
  var table = lanes.mutableSpan
  var state = table._mutatingExtracting(range)
  let blocks = state.count / 2
  for block in 0..<blocks {
    let velocity = multiplyAdd(gradient.lanes(block), Lanes(repeating: momentum), state[blocks &+ block])
    state[blocks &+ block] = velocity
    state[block] = multiplyAdd(state[block], Lanes(repeating: -rate), velocity)
  }
}

/// `a ← a + g²`, `w ← w − η g / (√a + ε)` (torch.optim.Adagrad without decay)
@inline(__always)
func stepAdagrad(
  _ lanes: inout LaneBuffer, _ range: Range<Int>, _ gradient: Span<Float>, rate: Float, epsilon: Float
) {
  var table = lanes.mutableSpan
  var state = table._mutatingExtracting(range)
  let blocks = state.count / 2
  for block in 0..<blocks {
    let slope = gradient.lanes(block)
    let sum = multiplyAdd(state[blocks &+ block], slope, slope)
    state[blocks &+ block] = sum
    state[block] -= rate * slope / (sum.squareRoot() + epsilon)
  }
}

/// `m ← m + (1 − β₁)(g − m)`, `v ← β₂ v + (1 − β₂) g²`, `w ← w − s m / (r √v + ε)`, with s and r from the schedule
/// (torch.optim.Adam).
@inline(__always)
func stepAdam(
  _ lanes: inout LaneBuffer, _ range: Range<Int>, _ gradient: Span<Float>, _ factors: AdamSchedule.Factors
) {
  var table = lanes.mutableSpan
  var state = table._mutatingExtracting(range)
  let blocks = state.count / 3
  for block in 0..<blocks {
    let slope = gradient.lanes(block)
    let oldFirst = state[blocks &+ block]
    let first = multiplyAdd(oldFirst, Lanes(repeating: factors.firstGained), slope - oldFirst)
    let second = multiplyAdd(
      factors.secondKept * state[2 &* blocks &+ block], Lanes(repeating: factors.secondGained), slope * slope)
    state[blocks &+ block] = first
    state[2 &* blocks &+ block] = second
    let root = multiplyAdd(Lanes(repeating: factors.epsilon), second.squareRoot(), Lanes(repeating: factors.rootFactor))
    state[block] -= factors.stepSize * first / root
  }
}

/// `addend + left × right`, rounded once where the machine can.
@inline(__always)
func multiplyAdd(_ addend: Lanes, _ left: Lanes, _ right: Lanes) -> Lanes {
  #if FUSED
    addend.addingProduct(left, right)
  #else
    addend + left * right
  #endif
}
