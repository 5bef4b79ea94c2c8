package import Plan

/// What a server and the backup that follows it say to each other, beside the frames that the server hands on as they
/// came.
package enum BackupFrame: Sendable, Equatable {
  /// This is the backup of the server of that place.
  case begin(job: JobID, membership: MembershipEpoch, server: ServerID)
  /// So many frames have arrived.
  case receipt(count: UInt64)
  /// Of the memory that a worker shares with the server, which numbers it: the server hands on the offer, the backup
  /// accepts it, and from then on a notice stands for the frame.
  case lane(UInt32, LaneFrame)

  private var kind: FrameKind {
    switch self {
    case .begin: .backupBegin
    case .receipt: .backupReceipt
    case .lane: .backupLane
    }
  }

  package var byteCount: Int {
    switch self {
    case .begin: FrameMark.byteCount + 14
    case .receipt: FrameMark.byteCount + 8
    case .lane(_, let frame): FrameMark.byteCount + 4 + frame.byteCount
    }
  }

  package func write(into writer: inout FrameWriter) {
    FrameMark.write(kind, into: &writer)
    switch self {
    case .begin(let job, let membership, let server):
      writer.number(job.rawValue)
      writer.number(membership.rawValue)
      writer.number(server.rawValue)
    case .receipt(let count): writer.number(count)
    case .lane(let number, let frame):
      writer.number(number)
      frame.write(into: &writer)
    }
  }

  /// Reads a frame that is of these; nothing for those of other kinds.
  package init?(_ frame: RawSpan) throws(WireError) {
    var reader = FrameReader(frame)
    switch try FrameMark.read(&reader) {
    case .backupBegin:
      self = .begin(
        job: JobID(rawValue: try reader.number("job")),
        membership: MembershipEpoch(rawValue: try reader.number("membership epoch")),
        server: ServerID(rawValue: try reader.number("server")))
    case .backupReceipt: self = .receipt(count: try reader.number("count"))
    case .backupLane:
      let number: UInt32 = try reader.number("lane")
      guard let frame = try LaneFrame(reader.take(reader.remaining, "lane's frame")) else {
        throw WireError("lane's frame", "is not one of a lane")
      }
      self = .lane(number, frame)
    case .stepRequest, .stepReply, .bulkRequest, .bulkReply, .control, .refusal, .laneOffer, .laneAcceptance,
      .laneNotice:
      return nil
    }
    try reader.finish()
  }

  /// Whether a frame changes what a server holds or whom it owes an answer, so that its backup must have it, too.
  package static func concerns(_ frame: RawSpan) throws(WireError) -> Bool {
    var reader = FrameReader(frame)
    switch try FrameMark.read(&reader) {
    case .stepRequest: return true
    case .bulkRequest:
      switch try BulkRequest(from: &reader).action {
      case .readWeights, .readRecords: return false
      case .writeRecords, .awaitStep: return true
      }
    case .stepReply, .bulkReply, .control, .refusal, .laneOffer, .laneAcceptance, .laneNotice, .backupBegin,
      .backupReceipt, .backupLane:
      return false
    }
  }
}
