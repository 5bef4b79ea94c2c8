import Glibc

/// A whole file mapped for reading; unmapped when its owner lets go.
@safe
package struct FileMap: ~Copyable, @unchecked Sendable {
  package let path: String
  package let byteCount: Int
  // Safety: mapped in init, unmapped in deinit, never written, so that any thread may read it.
  private let start: UnsafeRawPointer?

  package init(path: String) throws(SectionFileError) {
    // Safety: the path is passed as a terminated string for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      throw SectionFileError(path: path, code == ENOENT ? .missing : .system(call: "open", code: code))
    }
    defer { close(descriptor) }
    var status = stat()
    // Safety: fstat fills the struct that it is given.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw SectionFileError(path: path, .system(call: "fstat", code: errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let code = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
      throw SectionFileError(path: path, .system(call: "open", code: code))
    }
    let count = Int(status.st_size)
    // Safety: a private read-only mapping of the open file; mmap keeps it after the descriptor is closed. An empty file
    // has none.
    let address = count == 0 ? nil : unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    if unsafe address == MAP_FAILED { throw SectionFileError(path: path, .system(call: "mmap", code: errno)) }
    self.path = path
    byteCount = count
    unsafe start = UnsafeRawPointer(address)
  }

  deinit {
    // Safety: exactly what init mapped.
    if let start = unsafe start { unsafe munmap(UnsafeMutableRawPointer(mutating: start), byteCount) }
  }

  /// Valid while the map lives.
  package var memory: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: byteCount) }

  package var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // Safety: the span borrows self, so the mapping outlives it.
      unsafe _overrideLifetime(RawSpan(_unsafeBytes: memory), borrowing: self)
    }
  }

  package func checksum(from offset: Int, count: Int) -> UInt32 {
    Checksum.of(bytes.extracting(offset..<offset + count))
  }

  package func byte(at index: Int) -> UInt8 {
    precondition(index >= 0 && index < byteCount, "byte \(index) of \(byteCount)")
    return unsafe memory[index]
  }
}
