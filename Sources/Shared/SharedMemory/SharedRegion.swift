internal import CSharedMemory
import Glibc
import Synchronization

/// Memory that processes of one machine see, without a name that could outlive them: one makes it, another finds it
/// among the first one's open files. Pages take memory when they are first touched. See memfd_create(2).
@safe
package struct SharedRegion: ~Copyable {
  package let byteCount: Int
  /// This process's descriptor of it, by which others find it.
  package let descriptor: Int32
  // Safety: mapped in init, unmapped in deinit; its length is sealed, so that no access faults.
  private let start: UnsafeMutableRawPointer

  private static let seals = Int32(SEAL_SEALING | SEAL_SHRINKING | SEAL_GROWING)

  /// New memory, all zeros.
  package init(byteCount: Int) throws(SharedMemoryError) {
    precondition(byteCount > 0, "a region of \(byteCount) bytes")
    let flags = UInt32(MEMFD_CLOSE_ON_EXEC | MEMFD_ALLOW_SEALING)
    // Safety: the name is passed as a terminated string for the call.
    let descriptor = unsafe memfd_create("neumf", flags)
    guard descriptor >= 0 else { throw .last("memfd_create") }
    guard ftruncate(descriptor, byteCount) == 0, fcntl(descriptor, Int32(ADD_SEALS), Self.seals) == 0 else {
      defer { close(descriptor) }
      throw .last("ftruncate")
    }
    try self.init(mapping: descriptor, byteCount: byteCount)
  }

  /// Memory that another process of this machine and user made.
  /// - Throws: where there is no such process or file, or its length is not `byteCount` for good.
  package init(madeBy process: Int32, descriptor other: Int32, byteCount: Int) throws(SharedMemoryError) {
    // Safety: the path is passed as a terminated string for the call.
    let descriptor = unsafe open("/proc/\(process)/fd/\(other)", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open") }
    var status = stat()
    // Safety: fstat fills the struct that it is given.
    guard unsafe fstat(descriptor, &status) == 0, Int(status.st_size) == byteCount, byteCount > 0,
      fcntl(descriptor, Int32(GET_SEALS)) & Self.seals == Self.seals
    else {
      close(descriptor)
      throw SharedMemoryError("open", "file \(other) of process \(process) is not sealed memory of \(byteCount) bytes")
    }
    try self.init(mapping: descriptor, byteCount: byteCount)
  }

  private init(mapping descriptor: Int32, byteCount: Int) throws(SharedMemoryError) {
    // Safety: a new mapping of an open file, as long as the file.
    let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard unsafe address != MAP_FAILED, let address = unsafe address else {
      defer { close(descriptor) }
      throw .last("mmap")
    }
    self.byteCount = byteCount
    self.descriptor = descriptor
    unsafe start = address
  }

  deinit {
    // Safety: exactly what init mapped.
    unsafe munmap(start, byteCount)
    close(descriptor)
  }

  /// A run of its bytes, valid while the region lives; the other process may change them at any time.
  package func memory(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "bytes \(range) of \(byteCount)")
    return unsafe UnsafeMutableRawBufferPointer(start: start + range.lowerBound, count: range.count)
  }

  // MARK: words by which the processes tell each other where they are

  /// What the other process has last stored at a place of eight bytes. Whatever either did before it stored a word is
  /// there for the one that loads it, and all words change in one order that both see.
  package func load(at offset: Int) -> UInt64 {
    unsafe word(at: offset).pointee.load(ordering: .sequentiallyConsistent)
  }

  package func store(_ value: UInt64, at offset: Int) {
    unsafe word(at: offset).pointee.store(value, ordering: .sequentiallyConsistent)
  }

  private func word(at offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    precondition(offset >= 0 && offset % 8 == 0 && offset + 8 <= byteCount, "a word at \(offset) of \(byteCount)")
    // Safety: inside the region, which starts at a page, and aligned; an atomic word has the bits of a plain one.
    return unsafe (start + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }
}
