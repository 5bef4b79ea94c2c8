/// Numbers as people read them.
package enum Figures {
  /// `value` with `places` digits behind the point; `-` where it is not finite.
  package static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "-" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    let whole = (scaled / scale).rounded(.down)
    let rest = String(Int(scaled - whole * scale))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let fraction = places == 0 ? "" : "." + String(repeating: "0", count: max(0, places - rest.count)) + rest
    return sign + String(Int(whole)) + fraction
  }

  /// Three digits and a unit: `1.53 M`, `80.2 k`, `512`.
  package static func rate(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    for (unit, scale) in [(" G", 1e9), (" M", 1e6), (" k", 1e3)] where value >= scale * 0.9995 {
      let scaled = value / scale
      return fixed(scaled, scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0) + unit
    }
    return fixed(value, 0)
  }

  /// The same of bytes: `77.0 MB`, `512 B`.
  package static func byteCount(_ value: Int) -> String {
    let text = rate(Double(value))
    return text.contains(" ") ? text + "B" : text + " B"
  }

  /// `0:09`, `12:34`, `1:02:03`.
  package static func clock(_ duration: Duration) -> String {
    let total = max(0, duration.components.seconds)
    let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60)
    let tail = (seconds < 10 ? ":0" : ":") + String(seconds)
    if hours == 0 { return String(minutes) + tail }
    return String(hours) + (minutes < 10 ? ":0" : ":") + String(minutes) + tail
  }

  package static func rightAligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
