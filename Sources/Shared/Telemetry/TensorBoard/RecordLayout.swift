/// The frame of a TFRecord: byte count (8 bytes, little endian), its masked checksum (4), the data, its masked checksum
/// (4).
package enum RecordLayout {
  package static func framed(_ data: [UInt8]) -> [UInt8] {
    let byteCount = littleEndian(UInt64(data.count))
    return byteCount + littleEndian(CRC32C.masked(byteCount)) + data + littleEndian(CRC32C.masked(data))
  }

  private static func littleEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
