import Glibc

/// How a thread waits for frames in lanes: it looks for a while, since an answer is often near and waking a process
/// takes longer than most steps; then it rests, until it is rung for.
package enum LaneWait {
  // Limit: going to sleep and being woken costs about as much on either side; whoever waits longer loses little by it.
  private static let patience = 50e-6

  /// Looks for frames, and lets others of this machine go first in between.
  /// - Returns: whether there is one; where there is none, the lanes rest
  package static func isFrameThere(in lanes: [SharedLane]) -> Bool {
    guard !lanes.isEmpty else { return false }
    var end = 0.0
    while true {
      for lane in lanes where lane.hasFrame { return true }
      let now = MonotonicClock.seconds
      if end == 0 { end = now + patience }
      guard now < end else { break }
      sched_yield()
    }
    for lane in lanes { lane.rest() }
    for lane in lanes where lane.hasFrame {
      wake(lanes)
      return true
    }
    return false
  }

  package static func wake(_ lanes: [SharedLane]) {
    for lane in lanes { lane.wake() }
  }
}
