import Glibc

/// The lines of a text file, one at a time, in one buffer; neither the file nor a line is ever copied as a whole.
@safe
struct LineReader: ~Copyable {
  let path: String
  /// Of the line that `next` found, from 1.
  private(set) var lineNumber = 0
  private var stream: ByteStream
  /// Called after each piece read, with the bytes of the file that are done.
  private let report: (Int) throws(DatasetError) -> Void
  // Safety: allocated in init, released in deinit; `start ≤ end ≤ next ≤ filled` stay within it.
  private let buffer: UnsafeMutableRawBufferPointer
  /// Where the line begins, and where its text ends.
  private var start = 0
  private var end = 0
  /// Where the bytes after the line begin.
  private var next = 0
  private var filled = 0
  private var isAtEnd = false
  /// Newlines within the line, from `extend`.
  private var joined = 0

  /// Limit: a longer line is no line of ratings, and a file without newlines must not be read into memory.
  static let longestLine = 1 << 20
  private static let bufferByteCount = 2 << 20

  /// Throws when the file is missing, unreadable, empty or binary.
  static func open(
    _ path: String, report: @escaping (Int) throws(DatasetError) -> Void
  ) throws(DatasetError) -> LineReader {
    var reader = LineReader(try ByteStream(path: path), report: report)
    try reader.begin()
    return reader
  }

  private init(_ stream: consuming ByteStream, report: @escaping (Int) throws(DatasetError) -> Void) {
    path = stream.path
    self.stream = stream
    self.report = report
    unsafe buffer = .allocate(byteCount: Self.bufferByteCount, alignment: 64)
  }

  private mutating func begin() throws(DatasetError) {
    try fill()
    guard filled > 0 else { throw DatasetError(.malformed, path: path, "an empty file") }
    // Safety: both look only at bytes that were read.
    guard unsafe memchr(buffer.baseAddress!, 0, min(filled, 1 << 16)) == nil else {
      throw DatasetError(.malformed, path: path, "a binary file, where lines of text were expected")
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    if unsafe filled >= 3 && buffer[..<3].elementsEqual(mark) { next = 3 }
  }

  deinit {
    unsafe buffer.deallocate()
  }

  /// The size of the file on disk.
  var byteCount: Int { stream.byteCount }

  /// The line without its end, which may be `\n` or `\r\n`.
  var line: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      // Safety: within the buffer, which self keeps while the span borrows it.
      let bytes = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end])
      return unsafe _overrideLifetime(Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)), borrowing: self)
    }
  }

  /// Goes to the next line; false after the last, which need not end in a newline.
  mutating func advance() throws(DatasetError) -> Bool {
    lineNumber += joined + 1
    joined = 0
    start = next
    return try findEnd()
  }

  /// Joins the following line to this one, newline and all; false where none follows.
  mutating func extend() throws(DatasetError) -> Bool {
    guard try findEnd() else { return false }
    joined += 1
    return true
  }

  /// Puts `end` and `next` behind the line that begins at `next`; false at the end of the file.
  private mutating func findEnd() throws(DatasetError) -> Bool {
    var scanned = next
    while true {
      // Safety: looks only at bytes that were read.
      if let newline = unsafe memchr(buffer.baseAddress! + scanned, 0x0A, filled - scanned) {
        end = unsafe UnsafeRawPointer(newline) - UnsafeRawPointer(buffer.baseAddress!)
        next = end + 1
        break
      }
      if isAtEnd {
        guard next < filled else { return false }
        end = filled
        next = filled
        break
      }
      guard filled - start < Self.longestLine else {
        throw DatasetError(
          .malformed, path: path, line: lineNumber,
          "a line of more than \(Self.longestLine) bytes; is this a text file?")
      }
      let unscanned = filled - start
      try fill()
      scanned = start + unscanned
    }
    if unsafe end > start && buffer[end - 1] == 0x0D { end -= 1 }
    return true
  }

  /// Moves what is not done to the front of the buffer, and reads behind it.
  private mutating func fill() throws(DatasetError) {
    // Safety: both runs lie within the buffer; memmove allows overlap.
    unsafe memmove(buffer.baseAddress!, buffer.baseAddress! + start, filled - start)
    filled -= start
    next -= start
    end = max(0, end - start)
    start = 0
    let count = unsafe try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
    filled += count
    isAtEnd = count == 0
    try report(stream.position)
  }
}
