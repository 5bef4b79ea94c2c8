/// A place to listen at or to connect to: `tcp://HOST:PORT`, the port `*` meaning any that is free, or `ipc://PATH`.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  package enum Place: Hashable, Sendable {
    /// A host's name or IPv4 address, or `*` for all interfaces, and a port, or nil for any.
    case tcp(host: String, port: UInt16?)
    /// A file of this machine.
    case ipc(path: String)
  }

  package let place: Place

  /// Limit: sun_path of unix(7) holds 108 bytes, the last of them 0.
  package static let maximumPathByteCount = 107

  package init(_ text: String) throws(ZeroMQError) {
    if let path = text.removing(prefix: "ipc://") {
      place = .ipc(path: try Self.checked(path: String(path), of: text))
    } else if let rest = text.removing(prefix: "tcp://") {
      place = try Self.tcp(rest, of: text)
    } else {
      throw .badEndpoint(text, "neither tcp:// nor ipc://")
    }
  }

  package var description: String {
    switch place {
    case .tcp(let host, let port): "tcp://\(host):\(port.map { String($0) } ?? "*")"
    case .ipc(let path): "ipc://\(path)"
    }
  }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool {
    switch place {
    case .ipc: return true
    case .tcp(let host, _):
      if host == "localhost" { return true }
      let parts = host.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
  }

  /// Whether it is a file, so that both ends are on this machine.
  package var isFile: Bool {
    switch place {
    case .ipc: true
    case .tcp: false
    }
  }

  /// How libzmq wants it for listening, where it does not look names up.
  var bindable: String {
    if case .tcp("localhost", let port) = place { return "tcp://127.0.0.1:\(port.map { String($0) } ?? "*")" }
    return description
  }

  private static func checked(path: String, of text: String) throws(ZeroMQError) -> String {
    if path.isEmpty { throw .badEndpoint(text, "no path") }
    if path.utf8.contains(0) { throw .badEndpoint(text, "a zero byte in the path") }
    if path.hasPrefix("@") || path == "*" { throw .badEndpoint(text, "the path must name a file") }
    if path.utf8.count > maximumPathByteCount {
      let problem = "the path has \(path.utf8.count) bytes, and the system allows \(maximumPathByteCount)"
      throw .badEndpoint(text, problem + ": use a shorter folder")
    }
    return path
  }

  private static func tcp(_ rest: Substring, of text: String) throws(ZeroMQError) -> Place {
    guard let colon = rest.lastIndex(of: ":") else { throw .badEndpoint(text, "no port") }
    let host = String(rest[..<colon])
    let port = rest[rest.index(after: colon)...]
    if host.isEmpty { throw .badEndpoint(text, "no host") }
    if host.contains(":") { throw .badEndpoint(text, "IPv6 is off: use an IPv4 address or a name") }
    guard host == "*" || host.utf8.allSatisfy({ isHostByte($0) }) else {
      throw .badEndpoint(text, "a host has letters, digits, dots and dashes")
    }
    if port == "*" || port == "0" { return .tcp(host: host, port: nil) }
    guard port.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }), let number = UInt16(port) else {
      throw .badEndpoint(text, "a port is a number from 1 to 65535, or *")
    }
    return .tcp(host: host, port: number)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch Character(Unicode.Scalar(byte)) {
    case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": byte < 128
    default: false
    }
  }
}

extension String {
  /// What follows `prefix`, or nil where the text does not begin with it.
  fileprivate func removing(prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
