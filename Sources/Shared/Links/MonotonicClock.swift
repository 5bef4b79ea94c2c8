import Glibc

/// Seconds that only go forward.
package enum MonotonicClock {
  package static var seconds: Double {
    var time = timespec()
    // Safety: writes one timespec.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// How long to wait for a deadline, but not longer than a tick; whole milliseconds, since a poll knows no others.
  package static func wait(until deadline: Double, atMost tick: Duration) -> Duration {
    guard deadline.isFinite else { return deadline > 0 ? tick : .zero }
    return max(.zero, min(tick, .milliseconds(Int64(max(0, (min(deadline - seconds, 3600) * 1000).rounded(.up))))))
  }
}
