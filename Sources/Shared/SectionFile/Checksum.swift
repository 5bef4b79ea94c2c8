import CZlib

/// CRC-32 as in zip and gzip, fed piece by piece (zlib.h, `crc32_z`).
package struct Checksum: Sendable, Equatable {
  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func update(_ bytes: RawSpan) {
    // Safety: zlib reads exactly the bytes of the span, which outlives the call.
    value = unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, bytes.count > 0 else { return value }
      return UInt32(
        truncatingIfNeeded: unsafe crc32_z(
          UInt(value), start.assumingMemoryBound(to: UInt8.self), z_size_t(bytes.count)))
    }
  }

  package static func of(_ bytes: RawSpan) -> UInt32 {
    var sum = Checksum()
    sum.update(bytes)
    return sum.value
  }

  package static func of(_ bytes: [UInt8]) -> UInt32 {
    // Safety: bytes have no padding.
    of(unsafe bytes.span.bytes)
  }
}
