import Foundation

/// Numbers as people read them.
enum Figure {
  /// Three significant digits: 0.0123, 1.23, 12.3, 123, 1,230.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let size = abs(value)
    if size >= 1000 { return grouped(Int(value.rounded())) }
    if size >= 100 { return fixed(value, 0) }
    if size >= 10 { return fixed(value, 1) }
    if size >= 1 || size == 0 { return fixed(value, 2) }
    return fixed(value, min(6, 2 - Int(log10(size).rounded(.down))))
  }

  static func fixed(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)f", value) : "–"
  }

  static func percent(_ share: Double) -> String { share.isFinite ? "\(fixed(share * 100, 0)) %" : "–" }

  static func millions(_ value: Double) -> String { "\(fixed(value / 1e6, 2)) M" }

  static func megabytes(_ bytes: Int) -> String { "\(fixed(Double(bytes) / 1e6, 0)) MB" }

  /// 1234567 as 1,234,567.
  static func grouped(_ value: Int) -> String {
    let digits = String(abs(value))
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }

  /// A size of memory: 512 B, 16 KiB, 1 MiB.
  static func binary(_ bytes: Int) -> String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes >= 1 << shift {
      return "\(short(Double(bytes) / Double(1 << shift)).trimmingZeros) \(unit)"
    }
    return "\(bytes) B"
  }
}

extension String {
  /// Without the zeros that end a fraction.
  fileprivate var trimmingZeros: String {
    guard contains(".") else { return self }
    var text = self
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}
