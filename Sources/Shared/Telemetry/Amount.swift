import Foundation

/// Numbers as people write them.
package enum Amount {
  /// With commas between thousands.
  package static func count(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return number < 0 ? "-\(text)" : text
  }

  /// In the decimal unit that leaves three digits.
  package static func bytes(_ count: Int) -> String {
    var (value, units) = (Double(count), ["B", "kB", "MB", "GB", "TB"][...])
    while value >= 999.5, units.count > 1 {
      value /= 1000
      units = units.dropFirst()
    }
    return count < 1000 ? "\(count) B" : "\(decimal(value, value < 99.95 ? 1 : 0)) \(units.first ?? "")"
  }

  package static func seconds(_ seconds: Double) -> String { "\(decimal(seconds, seconds < 100 ? 1 : 0)) s" }

  /// A rating, without a fraction where it has none.
  package static func level(_ rating: Float) -> String { Int(exactly: rating).map(String.init) ?? String(rating) }

  /// A count with the noun that it counts.
  package static func of(_ number: Int, _ noun: String, _ nouns: String? = nil) -> String {
    "\(count(number)) \(number == 1 ? noun : nouns ?? noun + "s")"
  }

  /// All digits of a number and no exponent: 0.00005.
  package static func decimal(_ value: Double) -> String {
    var text = decimal(value, 12)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  private static func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
}
