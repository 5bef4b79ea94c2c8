import Glibc

/// Memory cannot be shared.
package struct SharedMemoryError: Error, Equatable, CustomStringConvertible {
  package let call: String
  package let problem: String

  init(_ call: String, _ problem: String) {
    self.call = call
    self.problem = problem
  }

  /// What the last failed call of this thread left in errno.
  static func last(_ call: String) -> SharedMemoryError {
    let code = errno
    // Safety: strerror gives a C string that stays valid until this thread's next call.
    let problem = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return SharedMemoryError(call, problem)
  }

  package var description: String { "shared memory: \(call): \(problem)" }
}
