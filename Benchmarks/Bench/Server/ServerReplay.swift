import ParamServerCore
import Plan
import Wire

/// A server that is shown the frames of steps which workers once sent, and writes its replies to nobody.
struct ServerReplay: ~Copyable {
  private let configuration: ServerConfiguration
  private let frames: [MemoryCluster.StepFrame]
  private var reply: [UInt8] = []

  init(_ configuration: ServerConfiguration, frames: [MemoryCluster.StepFrame]) {
    self.configuration = configuration
    self.frames = frames
  }

  struct Count: Sendable {
    var pushes = 0
    /// Rows in replies; in a run of steps as many come with the pushes.
    var rows = 0
    var bytesIn = 0
    var bytesOut = 0
    var seconds = 0.0
  }

  /// Shows all frames to a fresh server; only what the server does is timed.
  mutating func run() throws -> Count {
    var shard = ParameterShard(configuration)
    var directives: [ServerDirective] = []
    var count = Count()
    let began = ContinuousClock.now
    for frame in frames {
      count.bytesIn += frame.bytes.count
      // Safety: bytes have no padding.
      try shard.receive(unsafe frame.bytes.span.bytes, from: Peer(frame.worker), directives: &directives)
      for directive in directives {
        guard case .reply(_, let worker, let byteCount) = directive else {
          throw WireError("frame", "is answered by \(directive)")
        }
        write(byteCount, of: worker, shard)
        count.bytesOut += byteCount
      }
      directives.removeAll(keepingCapacity: true)
    }
    count.seconds = (ContinuousClock.now - began).inSeconds
    count.pushes = Int(shard.applied)
    count.rows = rows(count)
    return count
  }

  private mutating func write(_ byteCount: Int, of worker: WorkerID, _ shard: borrowing ParameterShard) {
    if reply.count < byteCount { reply = [UInt8](repeating: 0, count: 2 * byteCount) }
    // Safety: the room is at least as large as the reply, which the writer fills from its beginning.
    unsafe reply.withUnsafeMutableBytes { room in
      var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(rebasing: room[0..<byteCount]))
      shard.writeReply(for: worker, into: &writer)
    }
  }

  /// Every reply is a header, rows, and the dense weights.
  private func rows(_ count: Count) -> Int {
    let shape = configuration.plan.shape
    return (count.bytesOut - frames.count * (StepReply.headerByteCount + 4 * shape.denseCount)) / (4 * shape.rowWidth)
  }
}
