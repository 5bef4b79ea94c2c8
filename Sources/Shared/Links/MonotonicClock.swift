import Glibc

/// Seconds that only go forward.
package enum MonotonicClock {
  package static var seconds: Double {
    var time = timespec()
    // Safety: writes one timespec.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
