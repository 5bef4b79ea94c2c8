import CZlib
import Glibc
import SectionFile

/// The bytes of a file in order, unpacked where it is gzip (zlib.h, `gzread`, which passes other files through).
@safe
struct ByteStream: ~Copyable {
  let path: String
  /// The size on disk; 0 where it has none, as a pipe.
  let byteCount: Int
  // Safety: opened in init, closed in deinit, used by one owner.
  private let file: gzFile

  /// zlib's own buffer; 256 KiB is past the point where larger ones are faster.
  private static let bufferByteCount: UInt32 = 1 << 18

  init(path: String) throws(DatasetError) {
    var status = stat()
    // Safety: the path is passed as a terminated string, and stat fills the struct it is given.
    guard unsafe stat(path, &status) == 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { throw DatasetError(.missing, path: path, "no such file") }
      throw DatasetError(.unreadable, path: path, Self.text(ofErrno: code))
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw DatasetError(.unfit, path: path, "a folder, not a file") }
    // Safety: both are terminated strings for the call. "e" closes the file in child processes.
    guard let file = unsafe gzopen(path, "rbe") else {
      throw DatasetError(.unreadable, path: path, Self.text(ofErrno: errno))
    }
    unsafe gzbuffer(file, Self.bufferByteCount)
    self.path = path
    byteCount = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    unsafe self.file = file
  }

  deinit {
    unsafe gzclose_r(file)
  }

  /// Bytes of the file on disk that were read so far.
  var position: Int { unsafe max(0, Int(gzoffset(file))) }

  /// Fills `memory` as far as the file goes; 0 at its end. Throws when the system fails or gzip data is damaged or cut
  /// off.
  mutating func read(into memory: UnsafeMutableRawBufferPointer) throws(DatasetError) -> Int {
    // Safety: zlib writes at most as many bytes as the memory has.
    let count = unsafe gzread(file, memory.baseAddress, UInt32(min(memory.count, 1 << 30)))
    var code: Int32 = 0
    // Safety: zlib's text lives until the next call on the file.
    let message = unsafe gzerror(file, &code)
    guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
      if code == Z_ERRNO { throw DatasetError(.unreadable, path: path, Self.text(ofErrno: errno)) }
      let reason =
        unsafe code == Z_BUF_ERROR ? "cut off" : message.map { unsafe String(cString: $0) } ?? "error \(code)"
      throw DatasetError(.malformed, path: path, "damaged gzip data: \(reason)")
    }
    return Int(count)
  }

  private static func text(ofErrno code: Int32) -> String { SectionFileError.text(ofErrno: code) }
}
