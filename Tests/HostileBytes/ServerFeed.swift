import ParamServerCore
import Plan
import Wire

/// Sends a server frames; an input is the choice of a plan and frames, each behind its peer's number.
enum ServerFeed {
  static func feed(_ bytes: RawSpan) -> Verdict {
    guard bytes.byteCount > 0 else { return .refused("nothing") }
    // Safety: any bits are a byte.
    let job = HostileJob(variant: unsafe bytes.unsafeLoad(as: UInt8.self))
    var shard = ParameterShard(job.server)
    var verdict = Verdict.value
    for part in Parts(bytes.extracting(droppingFirst: 1)).parts {
      var directives: [ServerDirective] = []
      do throws(WireError) {
        // Safety: bytes have no padding.
        try shard.receive(unsafe part.bytes.span.bytes, from: Peer(part.tag), directives: &directives)
      } catch { verdict = .refused(error.description) }
      for directive in directives {
        switch directive {
        case .reply(_, let worker, let byteCount):
          write(byteCount) { shard.writeReply(for: worker, into: &$0) }
        case .bulkReply(_, let request, let byteCount):
          write(byteCount) { shard.writeBulkReply(request, into: &$0) }
        case .refuse(_, let reason): verdict = .refused(reason)
        case .passOver: break
        }
      }
    }
    return verdict
  }

  /// Writes a frame of exactly `byteCount` bytes, as a Loop does.
  @discardableResult
  static func write(_ byteCount: Int, _ write: (inout FrameWriter) -> Void) -> [UInt8] {
    // Safety: aligned as messages are; the memory lives for the call, and every byte of it is written.
    unsafe withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 64) { memory in
      var writer = unsafe FrameWriter(memory)
      write(&writer)
      precondition(writer.isFull, "\(writer.byteCount) bytes written of \(byteCount)")
      return unsafe Array(memory)
    }
  }
}
