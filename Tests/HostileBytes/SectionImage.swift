import SectionFile

/// The bytes of a section file (see `SectionFileLayout`), made without the writer that the readers are made for.
package enum SectionImage {
  private static let prologueByteCount = 64
  private static let entryByteCount = 64

  /// A whole file of these sections.
  package static func make(kind: String, sections: [(name: String, bytes: [UInt8])], header: [UInt8]) -> [UInt8] {
    var image = [UInt8](repeating: 0, count: prologueByteCount)
    var table: [UInt8] = []
    for section in sections {
      table += padded(section.name, 40) + number(image.count, 8) + number(section.bytes.count, 8)
      table += number(Int(Checksum.of(section.bytes)), 4) + number(0, 4)
      image += section.bytes
      image += [UInt8](repeating: 0, count: (64 - image.count % 64) % 64)
    }
    var prologue = Array("NEUMFSEC".utf8) + number(1, 4) + number(sections.count, 4) + padded(kind, 16)
    prologue += number(image.count, 8) + number(header.count, 8)
    prologue += number(Int(Checksum.of(header)), 4) + number(Int(Checksum.of(table)), 4) + number(0, 4)
    prologue += number(Int(Checksum.of(prologue)), 4)
    image.replaceSubrange(0..<prologueByteCount, with: prologue)
    return image + table + header
  }

  /// The same bytes with checksums that fit wherever the bytes say that there is something to sum up.
  package static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= prologueByteCount else { return bytes }
    var image = bytes
    let (count, table, header) = (value(image, 12, 4), value(image, 32, 8), value(image, 40, 8))
    let tableByteCount = count * entryByteCount
    if count <= 64, table <= image.count, header <= image.count, table + tableByteCount + header == image.count {
      for entry in 0..<count {
        let start = table + entry * entryByteCount
        let (offset, length) = (value(image, start + 40, 8), value(image, start + 48, 8))
        guard offset <= image.count, length <= image.count - offset else { continue }
        let sum = Checksum.of(Array(image[offset..<offset + length]))
        image.replaceSubrange(start + 56..<start + 60, with: number(Int(sum), 4))
      }
      let end = table + tableByteCount
      image.replaceSubrange(52..<56, with: number(Int(Checksum.of(Array(image[table..<end]))), 4))
      image.replaceSubrange(48..<52, with: number(Int(Checksum.of(Array(image[end...]))), 4))
    }
    image.replaceSubrange(60..<64, with: number(Int(Checksum.of(Array(image[0..<60]))), 4))
    return image
  }

  private static func padded(_ text: String, _ count: Int) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(count))
    return bytes + [UInt8](repeating: 0, count: count - bytes.count)
  }

  private static func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// A number that is none where it is beyond any file.
  private static func value(_ bytes: [UInt8], _ offset: Int, _ byteCount: Int) -> Int {
    let value = (0..<byteCount).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
    return Int(clamping: min(value, 1 << 40))
  }
}
