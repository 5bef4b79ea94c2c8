internal import Glibc

/// What this process has used so far.
package enum ProcessUsage {
  /// Seconds on a core, of all threads, user and system together.
  package static var cpuSeconds: Double {
    var time = timespec()
    // Safety: the clock fills the struct in before it returns.
    let result = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    precondition(result == 0, "a process without a clock of its own: error \(errno)")
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The most memory that was ever resident, in bytes.
  package static var peakResidentBytes: Int {
    statusText().flatMap { peakResidentBytes(inStatus: $0) } ?? peakOfResourceUsage()
  }

  /// The bytes in the line `VmHWM: N kB` of proc(5).
  package static func peakResidentBytes(inStatus status: String) -> Int? {
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return nil }
      return kibibytes * 1024
    }
    return nil
  }

  /// What getrusage(2) says, where /proc is not mounted: it may be the parent's peak, which exec keeps.
  package static func peakOfResourceUsage() -> Int {
    var usage = rusage()
    // Safety: the call fills the struct in before it returns.
    let result = unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    precondition(result == 0, "a process without usage: error \(errno)")
    return usage.ru_maxrss * 1024
  }

  private static func statusText() -> String? {
    // Safety: open reads the text before it returns.
    let descriptor = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    // Limit: the file has about 1.5 kB; VmHWM stands in its first half.
    var bytes = [UInt8](repeating: 0, count: 8192)
    // Safety: read writes at most as many bytes as there are.
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
