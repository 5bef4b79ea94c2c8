import Glibc

extension UInt32 {
  /// The id of this process.
  package static var ofThisProcess: UInt32 { UInt32(bitPattern: getpid()) }
}
