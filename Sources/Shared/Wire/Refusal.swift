/// Why a server did not do what a frame asked; the peer shows it and stops.
package enum Refusal {
  // Limit: a sentence for people.
  static let textLimit = 4096

  package static func byteCount(_ reason: String) -> Int { FrameMark.byteCount + 4 + min(reason.utf8.count, textLimit) }

  package static func write(_ reason: String, into writer: inout FrameWriter) {
    FrameMark.write(.refusal, into: &writer)
    let bytes = Array(reason.utf8.prefix(textLimit))
    writer.number(UInt32(bytes.count))
    // Safety: bytes have no padding.
    unsafe writer.bytes(bytes.span.bytes)
  }

  package static func read(_ reader: inout FrameReader) throws(WireError) -> String {
    try reader.text("reason", atMost: textLimit)
  }
}
