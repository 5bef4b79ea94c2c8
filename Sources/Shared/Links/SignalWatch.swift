import Glibc

/// Turns signals into bytes on a pipe, so that a Loop polls them like everything else.
///
/// Make it before any other thread starts: the signals are blocked in this thread and in all that it starts later;
/// one thread of the watch's own takes them with sigwait(3).
package final class SignalWatch: Sendable {
  /// Becomes readable when a signal came.
  package let readEnd: Int32
  private let writeEnd: Int32

  package init(_ signals: [Int32]) throws(LinkError) {
    var ends: [Int32] = [0, 0]
    // Safety: the array has room for both ends.
    guard unsafe pipe(&ends) == 0 else { throw LinkError("pipe", systemProblem(errno)) }
    readEnd = ends[0]
    writeEnd = ends[1]
    // Safety: reads must not wait when there is nothing; plain calls on descriptors of our own.
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    _ = fcntl(readEnd, F_SETFD, FD_CLOEXEC)
    _ = fcntl(writeEnd, F_SETFD, FD_CLOEXEC)
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    guard unsafe pthread_sigmask(SIG_BLOCK, &set, nil) == 0 else { throw LinkError("signals", systemProblem(errno)) }
    startThread(waitingFor: set, writingTo: writeEnd)
  }

  /// The signal that came, or nothing.
  package func next() -> Int32? {
    var byte: UInt8 = 0
    // Safety: one byte into one byte.
    return unsafe read(readEnd, &byte, 1) == 1 ? Int32(byte) : nil
  }
}

private func startThread(waitingFor set: sigset_t, writingTo end: Int32) {
  final class Duty {
    let set: sigset_t
    let end: Int32
    init(_ set: sigset_t, _ end: Int32) {
      self.set = set
      self.end = end
    }
  }
  var thread = pthread_t()
  // Safety: the thread takes over the one reference that is passed to it.
  let duty = unsafe Unmanaged.passRetained(Duty(set, end))
  let result = unsafe pthread_create(
    &thread, nil,
    { argument in
      guard let argument = unsafe argument else { return nil }
      let duty = unsafe Unmanaged<Duty>.fromOpaque(argument).takeRetainedValue()
      var set = duty.set
      while true {
        var signal: Int32 = 0
        guard unsafe sigwait(&set, &signal) == 0 else { return nil }
        var byte = UInt8(truncatingIfNeeded: signal)
        _ = unsafe write(duty.end, &byte, 1)
      }
    }, unsafe duty.toOpaque())
  precondition(result == 0, "pthread_create: \(systemProblem(result))")
  pthread_detach(thread)
}
