import Foundation
import Glibc

/// A port of loopback that nobody listens on.
func freePort() throws -> Int {
  let (descriptor, port) = try listeningPort()
  close(descriptor)
  return port
}

/// A socket that listens on a free port of loopback, and the port.
func listeningPort() throws -> (descriptor: Int32, port: Int) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
      unsafe bind(descriptor, generic, length) == 0 && listen(descriptor, 1) == 0
        && getsockname(descriptor, generic, &length) == 0
    }
  }
  guard descriptor >= 0, bound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}
