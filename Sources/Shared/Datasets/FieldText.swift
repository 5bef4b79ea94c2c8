/// Reads numbers and times out of the bytes of a field; nil where they are something else.
enum FieldText {
  /// Decimal digits, at most 18 of them, so that no number overflows.
  @inline(__always)
  static func number(_ bytes: Span<UInt8>) -> UInt64? {
    guard bytes.count >= 1, bytes.count <= 18 else { return nil }
    var number: UInt64 = 0
    for index in bytes.indices {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      number = number &* 10 &+ UInt64(digit)
    }
    return number
  }

  /// A rating: a decimal number, with sign, fraction and exponent where it has them, and finite.
  @inline(__always)
  static func rating(_ bytes: Span<UInt8>) -> Float? {
    if bytes.count == 1, bytes[0] &- 0x30 < 10 { return Float(bytes[0] &- 0x30) }
    return decimal(bytes)
  }

  private static func decimal(_ bytes: Span<UInt8>) -> Float? {
    guard !bytes.isEmpty, bytes.count <= 40 else { return nil }
    var text = ""
    for index in bytes.indices {
      // What the standard library reads beyond decimal numbers: "nan", "inf", "0x1p3".
      guard "+-.0123456789eE".utf8.contains(bytes[index]) else { return nil }
      text.unicodeScalars.append(Unicode.Scalar(bytes[index]))
    }
    guard let value = Float(text), value.isFinite else { return nil }
    return value
  }

  /// A time in seconds since 1970: a whole number, a number with a fraction, which is dropped, or a date `YYYY-MM-DD`
  /// with or without a time of day `HH:MM[:SS]` behind a blank or a `T`. Zones are not read: all times of a file are
  /// taken to share one.
  @inline(__always)
  static func time(_ bytes: Span<UInt8>) -> Int64? {
    if let number = number(bytes) { return Int64(number) }
    if bytes.count >= 10, bytes[4] == 0x2D, bytes[7] == 0x2D { return date(bytes) }
    return fraction(bytes)
  }

  private static func fraction(_ bytes: Span<UInt8>) -> Int64? {
    guard !bytes.isEmpty else { return nil }
    let isNegative = bytes[0] == 0x2D
    var end = isNegative ? 1 : 0
    while end < bytes.count, bytes[end] != 0x2E { end += 1 }
    guard let whole = number(bytes.extracting((isNegative ? 1 : 0)..<end)) else { return nil }
    if end < bytes.count {
      for index in end + 1..<bytes.count where bytes[index] &- 0x30 >= 10 { return nil }
    }
    return isNegative ? -Int64(whole) : Int64(whole)
  }

  private static func date(_ bytes: Span<UInt8>) -> Int64? {
    guard let year = number(bytes.extracting(0..<4)), let month = number(bytes.extracting(5..<7)),
      let day = number(bytes.extracting(8..<10)), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = daysSince1970(year: Int64(year), month: Int64(month), day: Int64(day))
    guard bytes.count > 10 else { return days * 86_400 }
    guard bytes[10] == 0x20 || bytes[10] == 0x54, bytes.count >= 16, bytes[13] == 0x3A,
      let hour = number(bytes.extracting(11..<13)), let minute = number(bytes.extracting(14..<16)), hour < 24,
      minute < 60
    else { return nil }
    var second: UInt64 = 0
    if bytes.count >= 19, bytes[16] == 0x3A {
      guard let seconds = number(bytes.extracting(17..<19)), seconds <= 60 else { return nil }
      second = seconds
    }
    return days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  /// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant: "chrono-compatible low-level date algorithms").
  static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
