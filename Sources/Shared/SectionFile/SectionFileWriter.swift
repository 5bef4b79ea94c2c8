import Glibc

/// Writes a section file beside its final place, and puts it there whole: fsync, rename, fsync of the folder. A writer
/// that goes away unfinished takes its partial file with it.
package struct SectionFileWriter: ~Copyable {
  private let path: String
  private let partial: String
  private let kind: String
  private var descriptor: Int32
  private var offset: UInt64 = 0
  private var entries: [SectionFileEntry] = []
  private var checksum = Checksum()
  private var buffer: [UInt8] = []

  /// Bytes gathered before a write; 1 MiB is past the point where larger writes are faster.
  private static let bufferByteCount = 1 << 20

  /// Throws when the file cannot be created beside `path`.
  /// - Parameter kind: at most 16 ASCII characters that say what the file holds
  package init(path: String, kind: String) throws(SectionFileError) {
    let partial = Self.partial(of: path)
    // Safety: the path is passed as a terminated string for the call.
    let descriptor = unsafe open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SectionFileError(path: partial, .system(call: "create", code: errno)) }
    try self.init(descriptor: descriptor, path: path, kind: kind)
  }

  /// Where this process writes the file of that name until it is whole.
  package static func partial(of path: String) -> String { "\(path).partial-\(getpid())" }

  /// Writes to a file that is already open.
  init(descriptor: Int32, path: String, kind: String) throws(SectionFileError) {
    precondition(Self.isName(kind, upTo: SectionFileLayout.longestKind), "\"\(kind)\" as the kind of a section file")
    self.path = path
    self.kind = kind
    self.descriptor = descriptor
    partial = Self.partial(of: path)
    buffer.reserveCapacity(Self.bufferByteCount)
    let blank = [UInt8](repeating: 0, count: SectionFileLayout.prologueByteCount)
    try write(blank)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    // Safety: the path is passed as a terminated string for the call.
    unsafe unlink(partial)
  }

  /// Ends the section before, and begins one of this name, aligned to 64 bytes.
  package mutating func begin(section name: String) throws(SectionFileError) {
    precondition(Self.isName(name, upTo: SectionFileLayout.longestName), "\"\(name)\" as the name of a section")
    precondition(!entries.contains { $0.name == name }, "a second section \"\(name)\"")
    precondition(entries.count < SectionFileLayout.mostSections, "more than \(SectionFileLayout.mostSections) sections")
    try endSection()
    entries.append(SectionFileEntry(name: name, offset: offset, byteCount: 0, checksum: 0))
    checksum = Checksum()
  }

  package mutating func append(_ bytes: RawSpan) throws(SectionFileError) {
    precondition(!entries.isEmpty, "bytes before the first section of \(path)")
    checksum.update(bytes)
    try write(bytes)
  }

  package mutating func append<Value: BitwiseCopyable & Numeric>(_ values: Span<Value>) throws(SectionFileError) {
    // Safety: numbers of fixed width have no padding, and no other values are written.
    try append(unsafe values.bytes)
  }

  /// One section, whole.
  package mutating func write<Value: BitwiseCopyable & Numeric>(
    section name: String, _ values: Span<Value>
  ) throws(SectionFileError) {
    try begin(section: name)
    // Safety: numbers of fixed width have no padding, and no other values are written.
    try append(unsafe values.bytes)
  }

  /// Writes table and header, makes the file durable, and gives it its name.
  package consuming func finish(header: [UInt8]) throws(SectionFileError) {
    try endSection()
    var table: [UInt8] = []
    for entry in entries { entry.append(to: &table) }
    let prologue = SectionFilePrologue(
      sectionCount: UInt32(entries.count), kind: kind, tableOffset: offset, headerByteCount: UInt64(header.count),
      headerChecksum: Checksum.of(header), tableChecksum: Checksum.of(table))
    try write(table)
    try write(header)
    try flush()
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure("lseek") }
    buffer.append(contentsOf: prologue.bytes)
    try flush()
    guard fsync(descriptor) == 0 else { throw failure("fsync") }
    // Safety: both paths are passed as terminated strings for the call.
    guard unsafe rename(partial, path) == 0 else { throw failure("rename") }
    close(descriptor)
    descriptor = -1
    try Self.syncFolder(of: path)
  }

  private mutating func endSection() throws(SectionFileError) {
    if let last = entries.indices.last {
      entries[last].byteCount = offset - entries[last].offset
      entries[last].checksum = checksum.value
    }
    let padding = [UInt8](repeating: 0, count: Int(SectionFileLayout.aligned(offset) - offset))
    try write(padding)
  }

  private mutating func write(_ bytes: [UInt8]) throws(SectionFileError) {
    // Safety: bytes have no padding.
    try write(unsafe bytes.span.bytes)
  }

  private mutating func write(_ bytes: RawSpan) throws(SectionFileError) {
    offset += UInt64(bytes.byteCount)
    if buffer.count + bytes.byteCount > Self.bufferByteCount { try flush() }
    if bytes.byteCount >= Self.bufferByteCount { return try put(bytes) }
    // Safety: the bytes are copied before the closure returns.
    unsafe bytes.withUnsafeBytes { bytes in unsafe buffer.append(contentsOf: bytes) }
  }

  private mutating func flush() throws(SectionFileError) {
    // Safety: bytes have no padding.
    try put(unsafe buffer.span.bytes)
    buffer.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: RawSpan) throws(SectionFileError) {
    var done = 0
    while done < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: done)
      // Safety: the kernel reads the bytes of the span during the call.
      let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        throw failure("write")
      }
      done += written
    }
  }

  private func failure(_ call: String) -> SectionFileError {
    SectionFileError(path: path, section: nil, .system(call: call, code: errno))
  }

  /// Makes a rename durable (man 2 fsync). Some file systems have no fsync for folders and say EINVAL; the rename
  /// stands anyway.
  private static func syncFolder(of path: String) throws(SectionFileError) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    // Safety: the path is passed as a terminated string for the call.
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SectionFileError(path: folder, .system(call: "open", code: errno)) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw SectionFileError(path: folder, .system(call: "fsync", code: errno))
    }
  }

  private static func isName(_ text: String, upTo limit: Int) -> Bool {
    !text.isEmpty && text.utf8.count <= limit && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }
}
