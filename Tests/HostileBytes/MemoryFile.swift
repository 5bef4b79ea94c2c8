import CSharedMemory
import Glibc

/// A file that is in memory only, written anew for every input.
final class MemoryFile {
  private let descriptor: Int32
  /// Opens it anew, like any file.
  let path: String

  init() {
    // Safety: the name is a terminated string for the call.
    descriptor = unsafe memfd_create("hostile", UInt32(MEMFD_CLOSE_ON_EXEC))
    precondition(descriptor >= 0, "no file in memory: errno \(errno)")
    path = "/proc/self/fd/\(descriptor)"
  }

  deinit { close(descriptor) }

  /// Puts these bytes in the place of all that were there.
  func hold(_ bytes: RawSpan) {
    // Safety: the kernel reads the span's bytes during the call.
    let written = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    precondition(written == bytes.byteCount, "\(written) of \(bytes.byteCount) bytes written")
    precondition(ftruncate(descriptor, bytes.byteCount) == 0, "a file in memory cannot be cut: errno \(errno)")
  }

  func hold(_ bytes: [UInt8]) {
    // Safety: bytes have no padding.
    hold(unsafe bytes.span.bytes)
  }

  var contents: [UInt8] {
    let count = Int(lseek(descriptor, 0, SEEK_END))
    // Safety: the kernel writes at most as many bytes as the array has room for.
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
      filled = unsafe max(0, pread(descriptor, memory.baseAddress, count, 0))
    }
  }

  /// Gives the file a name, so that what wants a folder of files finds it there.
  func link(at name: String) {
    // Safety: both are terminated strings for the call.
    precondition(unsafe symlink(path, name) == 0, "no link at \(name): errno \(errno)")
  }
}

/// A folder of this process; gone with its owner, as far as it holds only what was put there.
final class Workplace {
  let path: String
  private var names: [String] = []

  /// - Parameter inMemory: where files are written for every input
  init(inMemory: Bool) {
    // Safety: the path is a terminated string for the call.
    let hasMemory = unsafe inMemory && access("/dev/shm", W_OK) == 0
    var template = Array("\(hasMemory ? "/dev/shm" : "/tmp")/neumf-hostile-XXXXXX".utf8CString)
    // Safety: mkdtemp writes into the terminated template and gives it back.
    precondition(unsafe mkdtemp(&template) != nil, "no folder: errno \(errno)")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func path(_ name: String) -> String {
    names.append(name)
    return "\(path)/\(name)"
  }

  deinit {
    for name in names.reversed() {
      // Safety: the path is a terminated string for the call.
      unsafe remove("\(path)/\(name)")
    }
    // Safety: the same.
    unsafe rmdir(path)
  }
}
