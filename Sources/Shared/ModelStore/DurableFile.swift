import Glibc

/// A file that is written from its beginning to its end, and on disk when it is finished.
struct DurableFile: ~Copyable {
  private let path: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  private static let bufferByteCount = 1 << 18

  init(path: String) throws(ModelStoreError) {
    self.path = path
    // Safety: the path is passed as a terminated string for the call.
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw ModelStoreError(.unwritable, path: path, call: "create", code: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  mutating func append(_ bytes: some Sequence<UInt8>) throws(ModelStoreError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferByteCount { try flush() }
  }

  mutating func append(_ values: [Float]) throws(ModelStoreError) {
    try flush()
    // Safety: floats have no padding.
    try put(unsafe values.span.bytes)
  }

  consuming func finish() throws(ModelStoreError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw ModelStoreError(.unwritable, path: path, call: "fsync", code: errno) }
    let last = descriptor
    descriptor = -1
    guard close(last) == 0 else { throw ModelStoreError(.unwritable, path: path, call: "close", code: errno) }
  }

  private mutating func flush() throws(ModelStoreError) {
    // Safety: bytes have no padding.
    try put(unsafe buffer.span.bytes)
    buffer.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: RawSpan) throws(ModelStoreError) {
    var done = 0
    while done < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: done)
      // Safety: the kernel reads the bytes of the span during the call.
      let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        throw ModelStoreError(.unwritable, path: path, call: "write", code: errno)
      }
      done += written
    }
  }
}
