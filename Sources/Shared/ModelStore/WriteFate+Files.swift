import Faults
import Glibc
import SectionFile

/// What a fault plan does to the file of a checkpoint.
extension WriteFate {
  // Of the files that a dying machine leaves, so many have no name yet, and so many of the others are cut off; the rest
  // have wrong bytes.
  private static let unnamedShare = 0.2
  private static let cutShare = 0.8
  // Limit: the highest process number of Linux is 2²²; no process has this one.
  private static let nobody = 4_194_305

  /// Where there is no room, what is about to be written beside `path` goes where there is none.
  func prepare(_ path: String) throws(ModelStoreError) {
    guard isFull else { return }
    let partial = SectionFileWriter.partial(of: path)
    try FileTree.remove(file: partial)
    // Safety: both paths are passed as terminated strings for the call.
    guard unsafe symlink("/dev/full", partial) == 0 else {
      throw ModelStoreError(.unwritable, path: partial, call: "symlink", code: errno)
    }
  }

  /// Leaves of the file at `path` what a machine does that dies while it writes, and keeps no order: a part of it, or
  /// wrong bytes in it, under its name or without one.
  func tear(_ path: String, at share: Double) throws(ModelStoreError) {
    // Safety: the path is passed as a terminated string for the call.
    let file = unsafe open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw ModelStoreError(.unwritable, path: path, call: "open", code: errno) }
    defer { close(file) }
    let byteCount = lseek(file, 0, SEEK_END)
    let place = min(byteCount - 1, Int(share * Double(byteCount)))
    if share < Self.cutShare {
      guard ftruncate(file, place) == 0 else {
        throw ModelStoreError(.unwritable, path: path, call: "ftruncate", code: errno)
      }
    } else {
      var byte: UInt8 = 0
      // Safety: reads and writes one byte.
      let isRead = unsafe pread(file, &byte, 1, place) == 1
      byte ^= 0x10
      guard isRead, unsafe pwrite(file, &byte, 1, place) == 1 else {
        throw ModelStoreError(.unwritable, path: path, call: "pwrite", code: errno)
      }
    }
    if share < Self.unnamedShare { try FileTree.rename(path, to: "\(path).partial-\(Self.nobody)") }
  }
}
