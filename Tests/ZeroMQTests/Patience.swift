import Foundation
import TestSupport
import ZeroMQ

extension TemporaryFolder {
  func endpoint(_ name: String = "socket") throws -> Endpoint { try Endpoint("ipc://\(path)/\(name)") }
}

/// The two transports that a job uses.
enum Transport: CaseIterable {
  case ipc, tcp

  func endpoint(_ scratch: TemporaryFolder) throws -> Endpoint {
    switch self {
    case .ipc: try scratch.endpoint()
    case .tcp: try Endpoint("tcp://127.0.0.1:*")
    }
  }
}

/// Long enough for the slowest machine; a test that needs this long has failed.
let patience: Duration = .seconds(60)

/// Nobody was ready in time.
struct Impatience: Error {
  let waitingFor: String
}

/// Something came out otherwise than the test's story has it.
struct Surprise: Error {
  let what: String
}

extension Message {
  init(_ content: [UInt8]) throws(ZeroMQError) {
    try self.init(byteCount: content.count)
    var span = mutableBytes
    // Safety: both are content.count bytes, and neither outlives its closure.
    unsafe span.withUnsafeMutableBytes { unsafe $0.copyBytes(from: content) }
  }

  var content: [UInt8] { bytes.content }
}

/// What became of a message, as a value to compare.
enum Fate: Equatable {
  case sent, unreachable
  case wouldBlock(returned: [UInt8])
}

func fate(_ outcome: consuming SendOutcome) -> Fate {
  switch consume outcome {
  case .sent: .sent
  case .unreachable: .unreachable
  case .wouldBlock(let message): .wouldBlock(returned: message.content)
  }
}

extension RawSpan {
  // Safety: the bytes are copied before the closure ends.
  var content: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

extension Socket {
  /// The next message, waited for.
  func nextMessage(_ waiting: String = "a message") throws -> Message {
    var set = PollSet()
    _ = set.add(self)
    while true {
      if let message = try receive() { return message }
      if try set.wait(timeout: patience) == 0 { throw Impatience(waitingFor: waiting) }
    }
  }

  func nextDelivery(_ waiting: String = "a delivery") throws -> Delivery {
    var set = PollSet()
    _ = set.add(self)
    while true {
      if let delivery = try receiveFromPeer() { return delivery }
      if try set.wait(timeout: patience) == 0 { throw Impatience(waitingFor: waiting) }
    }
  }

  /// Sends as soon as there is room; true where it went.
  func deliver(_ content: [UInt8], _ waiting: String = "room to send") throws -> Bool {
    var set = PollSet()
    let slot = set.add(self)
    set.watchWritable(slot, true)
    var message = try Message(content)
    while true {
      switch try send(message) {
      case .sent: return true
      case .unreachable: return false
      case .wouldBlock(let returned): message = returned
      }
      if try set.wait(timeout: patience) == 0 { throw Impatience(waitingFor: waiting) }
    }
  }
}

/// Runs `body` on a thread of its own, where sockets may be created, and awaits its result.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread {
      do { continuation.resume(returning: try body()) } catch { continuation.resume(throwing: error) }
    }
  }
}
