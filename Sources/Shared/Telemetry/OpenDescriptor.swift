internal import Glibc

/// A descriptor that this process was born with, such as standard output.
struct OpenDescriptor {
  let rawValue: Int32

  static let standardError = OpenDescriptor(rawValue: STDERR_FILENO)

  /// Writes `text` as far as that goes: a reader that has gone away is no reason to stop a training.
  func say(_ text: String) {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      // Safety: the offset is below the count, and write reads no more than it is told.
      let written = unsafe bytes.withUnsafeBytes { unsafe write(rawValue, $0.baseAddress! + offset, $0.count - offset) }
      if written < 0 && errno != EINTR { return }
      offset += max(0, written)
    }
  }
}
