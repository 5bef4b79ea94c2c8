/// A connection: a socket of one process, and the endpoint that it is connected to.
final class Line {
  enum Direction: Int {
    /// To the endpoint.
    case up
    /// To the socket that is connected to it.
    case down
  }

  let number: Int
  let client: SimulatedProcess
  let endpoint: String
  /// The socket is open; when it closes, what is under way to it is gone.
  var isOpen = true
  /// The client's end of the conversation.
  private(set) var end: LinkEnd?
  /// What was sent while nobody listened at the endpoint.
  var parked: [[UInt8]] = []
  var lastArrival = [0.0, 0.0]

  init(number: Int, client: SimulatedProcess, endpoint: String) {
    self.number = number
    self.client = client
    self.endpoint = endpoint
    end = LinkEnd(self, .up, of: client, life: client.cluster.freshLife())
  }

  func close() {
    isOpen = false
    end = nil
  }
}

/// Who listens at an endpoint.
struct Binding {
  let number: Int
  let process: SimulatedProcess
}
