internal import CZeroMQ

/// The I/O threads that sockets share. It may cross threads; it closes when the last socket that uses it is gone.
@safe
package final class Context: Sendable {
  // Safety: set once in init, closed once in deinit; libzmq allows a context to be used from any thread.
  nonisolated let handle: ContextHandle

  /// A context with `ioThreads` threads that move bytes; one moves about 1 GB/s. Throws where the process is out of
  /// descriptors.
  package init(ioThreads: Int = 1) throws(ZeroMQError) {
    precondition(ioThreads > 0 && ioThreads <= 64, "a context of \(ioThreads) I/O threads")
    // Safety: a null result is looked at before anything uses it.
    guard let raw = unsafe zmq_ctx_new() else { throw ZeroMQError.last("ctx_new") }
    unsafe handle = ContextHandle(raw: raw)
    try set(ZMQ_IO_THREADS, Int32(ioThreads))
    try set(ZMQ_MAX_SOCKETS, Self.maximumSockets)
    try set(ZMQ_IPV6, 0)
    try set(ZMQ_BLOCKY, 0)
  }

  /// Limit: a process talks to each server over one socket, so that this allows a job of about a thousand servers.
  private static let maximumSockets: Int32 = 1023

  private func set(_ option: Int32, _ value: Int32) throws(ZeroMQError) {
    // Safety: the context lives as long as self.
    if unsafe zmq_ctx_set(handle.raw, option, value) != 0 { throw ZeroMQError.last("ctx_set") }
  }

  deinit {
    // Safety: every socket holds the context, so none is left; a signal may interrupt the call, which is then made
    // again.
    while unsafe zmq_ctx_term(handle.raw) != 0 && ZeroMQError.last("ctx_term").isInterruption {}
  }
}

/// The address of libzmq's context.
@safe
struct ContextHandle: @unchecked Sendable {
  // Safety: libzmq locks what a context shares; only Context closes it.
  let raw: UnsafeMutableRawPointer

  @unsafe init(raw: UnsafeMutableRawPointer) { unsafe self.raw = raw }
}
