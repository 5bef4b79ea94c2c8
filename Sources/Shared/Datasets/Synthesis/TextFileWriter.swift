import Glibc
import SectionFile

/// Writes lines of text beside their final place, and puts the file there when it is whole. A writer that goes away
/// unfinished takes its partial file with it.
struct TextFileWriter: ~Copyable {
  let path: String
  private let partial: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var byteCount = 0

  private static let bufferByteCount = 1 << 20
  /// Room for one line, so that appending never grows the buffer.
  private static let longestLine = 1 << 12

  init(path: String) throws(DatasetError) {
    self.path = path
    partial = "\(path).partial-\(getpid())"
    // Safety: the path is passed as a terminated string for the call.
    descriptor = unsafe open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw DatasetError(.unwritable, path: path, "cannot be created: \(SectionFileError.text(ofErrno: errno))")
    }
    buffer.reserveCapacity(Self.bufferByteCount + Self.longestLine)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    // Safety: the path is passed as a terminated string for the call.
    unsafe unlink(partial)
  }

  var isEmpty: Bool { byteCount + buffer.count == 0 }

  mutating func append(_ text: String) { buffer.append(contentsOf: text.utf8) }

  mutating func append(_ byte: UInt8) { buffer.append(byte) }

  mutating func append(number: Int) {
    precondition(number >= 0, "\(number) as an id or a time")
    var divisor = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      buffer.append(UInt8(0x30 + number / divisor % 10))
      divisor /= 10
    }
  }

  /// Ends a line; writes when enough have gathered.
  mutating func endLine() throws(DatasetError) {
    buffer.append(0x0A)
    if buffer.count >= Self.bufferByteCount { try flush() }
  }

  /// Makes the file durable, and gives it its name.
  consuming func finish() throws(DatasetError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw failure() }
    // Safety: both paths are passed as terminated strings for the call.
    guard unsafe rename(partial, path) == 0 else { throw failure() }
    close(descriptor)
    descriptor = -1
  }

  private mutating func flush() throws(DatasetError) {
    var done = 0
    while done < buffer.count {
      // Safety: the kernel reads bytes of the array during the call.
      let written = unsafe buffer.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress! + done, $0.count - done) }
      if written < 0 {
        if errno == EINTR { continue }
        throw failure()
      }
      done += written
    }
    byteCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure() -> DatasetError {
    DatasetError(.unwritable, path: path, "write failed: \(SectionFileError.text(ofErrno: errno))")
  }
}
