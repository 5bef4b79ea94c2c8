internal import CZeroMQ
internal import Glibc

/// A call to libzmq that failed: which call, the code and its text, the endpoint if there is one, and what to do about
/// it.
package struct ZeroMQError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that callers tell apart.
  package enum Kind: Sendable {
    /// The endpoint is not one that this layer accepts.
    case badEndpoint
    /// Someone else listens there.
    case addressInUse
    /// No interface of this machine has the address, the folder is missing or may not be written.
    case addressUnavailable
    /// The context is being closed.
    case terminated
    /// A limit of the process or of the context on sockets or descriptors.
    case tooManySockets
    /// Any other code.
    case other
  }

  package let call: String
  package let code: Int32
  /// What this layer says; nil leaves it to libzmq, which is asked only when someone wants to know, since most failures
  /// are a queue that is empty.
  private let detail: String?
  package let endpoint: String?

  /// The failure that libzmq has just reported on this thread; the only place that reads errno.
  static func last(_ call: String, endpoint: String? = nil) -> ZeroMQError {
    ZeroMQError(call: call, code: zmq_errno(), detail: nil, endpoint: endpoint)
  }

  /// A file where a socket would listen, which libzmq would take over.
  static func taken(_ endpoint: String) -> ZeroMQError {
    ZeroMQError(call: "bind", code: EADDRINUSE, detail: "the path exists", endpoint: endpoint)
  }

  /// An endpoint that is refused before libzmq sees it.
  static func badEndpoint(_ endpoint: String, _ problem: String) -> ZeroMQError {
    ZeroMQError(call: "endpoint", code: EINVAL, detail: problem, endpoint: endpoint)
  }

  package var problem: String {
    // Safety: zmq_strerror returns a constant string for any code, or one that stays valid until this thread asks
    // again.
    detail ?? (unsafe String(cString: zmq_strerror(code)))
  }

  var isInterruption: Bool { code == EINTR }
  var isWouldBlock: Bool { code == EAGAIN }
  var isUnreachable: Bool { code == EHOSTUNREACH }

  package var kind: Kind {
    switch code {
    case EADDRINUSE: .addressInUse
    case EADDRNOTAVAIL, ENODEV, ENOENT, EACCES, EROFS, ENOTDIR: .addressUnavailable
    case EINVAL, EPROTONOSUPPORT, ENAMETOOLONG: endpoint == nil ? .other : .badEndpoint
    case EMFILE, ENFILE: .tooManySockets
    case ETERM: .terminated
    default: .other
    }
  }

  package var hint: String {
    switch kind {
    case .badEndpoint: "expected tcp://HOST:PORT or ipc://PATH"
    case .addressInUse: "another process listens there; choose another, or port * for any that is free"
    case .addressUnavailable: "it must be an address of this machine, or a path in a folder that may be written"
    case .terminated: "the context was closed while the socket was in use"
    case .tooManySockets: "raise the limit on open files (ulimit -n)"
    case .other: "see zmq_\(call)(3)"
    }
  }

  package var description: String {
    let place = endpoint.map { " \($0)" } ?? ""
    return "\(call)\(place): \(problem) (\(hint))"
  }
}
