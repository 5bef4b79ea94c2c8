/// Where the parts of a section file stand. All numbers are little-endian.
///
///     0   prologue, 64 bytes
///     64  the sections, each beginning at a multiple of 64, zeros between them
///     …   the table: 64 bytes per section
///     …   the caller's header, to the end of the file
enum SectionFileLayout {
  static let magic: [UInt8] = Array("NEUMFSEC".utf8)
  static let version: UInt32 = 1
  static let alignment = 64
  static let prologueByteCount = 64
  static let entryByteCount = 64
  /// Limit: a name and its length must fit an entry.
  static let longestName = 40
  /// Limit: the kind must fit the prologue.
  static let longestKind = 16
  /// Limit: more sections than any file of ours has by two orders; bounds what a table may make us allocate.
  static let mostSections = 4096

  static func aligned(_ offset: UInt64) -> UInt64 {
    (offset + UInt64(alignment) - 1) / UInt64(alignment) * UInt64(alignment)
  }
}

/// The first 64 bytes: magic 8, version 4, section count 4, kind 16, table offset 8, header byte count 8, header CRC 4,
/// table CRC 4, zeros 4, CRC of the 60 bytes before it 4. Later versions keep this shape up to the kind, and the last
/// CRC.
struct SectionFilePrologue: Equatable {
  var version = SectionFileLayout.version
  var sectionCount: UInt32
  var kind: String
  var tableOffset: UInt64
  var headerByteCount: UInt64
  var headerChecksum: UInt32
  var tableChecksum: UInt32

  var bytes: [UInt8] {
    var bytes = SectionFileLayout.magic
    bytes.appendNumber(version)
    bytes.appendNumber(sectionCount)
    bytes.appendPadded(kind, to: SectionFileLayout.longestKind)
    bytes.appendNumber(tableOffset)
    bytes.appendNumber(headerByteCount)
    bytes.appendNumber(headerChecksum)
    bytes.appendNumber(tableChecksum)
    bytes.appendNumber(UInt32(0))
    bytes.appendNumber(Checksum.of(bytes))
    return bytes
  }
}

/// One line of the table: name 40, offset 8, byte count 8, CRC 4, zeros 4.
struct SectionFileEntry: Equatable {
  var name: String
  var offset: UInt64
  var byteCount: UInt64
  var checksum: UInt32

  func append(to bytes: inout [UInt8]) {
    bytes.appendPadded(name, to: SectionFileLayout.longestName)
    bytes.appendNumber(offset)
    bytes.appendNumber(byteCount)
    bytes.appendNumber(checksum)
    bytes.appendNumber(UInt32(0))
  }
}

extension [UInt8] {
  fileprivate mutating func appendNumber<Number: FixedWidthInteger>(_ number: Number) {
    for index in 0..<Number.bitWidth / 8 { append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
  }

  fileprivate mutating func appendPadded(_ text: String, to count: Int) {
    append(contentsOf: text.utf8)
    append(contentsOf: repeatElement(0, count: count - text.utf8.count))
  }
}

/// Reads numbers and names out of bytes whose extent the caller has checked.
struct SectionFileCursor: ~Copyable, ~Escapable {
  private let bytes: RawSpan
  private(set) var offset: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int) {
    self.bytes = bytes
    self.offset = offset
  }

  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) -> Number {
    precondition(
      offset + MemoryLayout<Number>.size <= bytes.byteCount, "a number at \(offset) of \(bytes.byteCount) bytes")
    var number: Number = 0
    for index in 0..<Number.bitWidth / 8 {
      // Safety: a byte within the span; every bit pattern of UInt8 is a value.
      number |=
        Number(truncatingIfNeeded: unsafe bytes.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self))
        << (8 * index)
    }
    offset += Number.bitWidth / 8
    return number
  }

  /// A zero-padded ASCII text, or nil where there is none.
  mutating func text(_ count: Int) -> String? {
    var text: [UInt8] = []
    for _ in 0..<count { text.append(number(UInt8.self)) }
    while text.last == 0 { text.removeLast() }
    return text.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? String(decoding: text, as: UTF8.self) : nil
  }
}
