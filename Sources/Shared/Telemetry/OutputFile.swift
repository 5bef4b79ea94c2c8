internal import Glibc

/// A file that is being written; it closes with its owner.
struct OutputFile: ~Copyable {
  /// How the file begins.
  enum Beginning {
    /// Empty, in place of what was there.
    case empty
    /// With what was there; every write goes to its end.
    case asItWas

    fileprivate var flags: Int32 {
      switch self {
      case .empty: O_WRONLY | O_CREAT | O_CLOEXEC | O_TRUNC
      case .asItWas: O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND
      }
    }
  }

  let path: String
  private let descriptor: Int32

  init(path: String, _ beginning: Beginning) throws(TelemetryError) {
    // Safety: open reads the text before it returns.
    let opened = unsafe open(path, beginning.flags, 0o644)
    if opened < 0 { throw .system("open", path, errno) }
    self.path = path
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  /// Writes all of `bytes`; on a file opened as it was, in one piece with those of other processes.
  func write(_ bytes: [UInt8]) throws(TelemetryError) {
    var offset = 0
    while offset < bytes.count {
      // Safety: the offset is below the count, and write reads no more than it is told.
      let written = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset)
      }
      if written >= 0 {
        offset += written
      } else if errno != EINTR {
        throw .system("write", path, errno)
      }
    }
  }

  func write(_ text: String) throws(TelemetryError) { try write(Array(text.utf8)) }

  /// Returns when the bytes are on the disk.
  func sync() throws(TelemetryError) {
    if fsync(descriptor) != 0 { throw .system("fsync", path, errno) }
  }

  /// Puts `content` at `path` whole or not at all: beside, fsync, rename, fsync of the folder.
  static func replace(_ path: String, with content: [UInt8]) throws(TelemetryError) {
    let beside = path + ".new"
    let file = try OutputFile(path: beside, .empty)
    try file.write(content)
    try file.sync()
    // Safety: rename reads both texts before it returns.
    if unsafe rename(beside, path) != 0 { throw .system("rename", path, errno) }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    // Safety: open reads the text before it returns.
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw .system("open", folder, errno) }
    defer { close(descriptor) }
    // Some file systems have no fsync for folders and say EINVAL; the rename stands anyway.
    if fsync(descriptor) != 0 && errno != EINVAL { throw .system("fsync", folder, errno) }
  }
}
