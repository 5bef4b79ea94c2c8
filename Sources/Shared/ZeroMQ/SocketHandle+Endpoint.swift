internal import CZeroMQ
internal import Glibc

extension SocketHandle {
  func bind(_ endpoint: Endpoint) throws(ZeroMQError) {
    if case .ipc(let path) = endpoint.place {
      // Safety: access and unlink read the text before they return.
      if unsafe Glibc.access(path, F_OK) == 0 {
        guard LeftSocketFile.isOne(at: path), unsafe unlink(path) == 0 else {
          throw ZeroMQError.taken(endpoint.description)
        }
      }
    }
    // Safety: libzmq reads the text before it returns.
    if unsafe zmq_bind(open, endpoint.bindable) != 0 {
      throw ZeroMQError.last("bind", endpoint: endpoint.description)
    }
  }

  func connect(_ endpoint: Endpoint) throws(ZeroMQError) {
    if case .tcp(_, nil) = endpoint.place {
      throw .badEndpoint(endpoint.description, "a connection needs a port number")
    }
    // Safety: libzmq reads the text before it returns.
    if unsafe zmq_connect(open, endpoint.description) != 0 {
      throw ZeroMQError.last("connect", endpoint: endpoint.description)
    }
  }
}
