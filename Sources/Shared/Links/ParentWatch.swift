import Glibc

/// Notices that the process which started this one is gone: it keeps the other end of this process's standard input.
package struct ParentWatch: Sendable {
  package init() {
    // Safety: plain call on a descriptor that every process has.
    _ = fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK)
  }

  package var fileDescriptor: Int32 { STDIN_FILENO }

  /// Whether the other end is closed.
  package var isParentGone: Bool {
    var byte: UInt8 = 0
    // Safety: one byte into one byte.
    let count = unsafe read(STDIN_FILENO, &byte, 1)
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)
  }
}
