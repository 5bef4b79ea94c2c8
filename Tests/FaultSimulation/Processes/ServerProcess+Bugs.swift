import ParamServerCore
import Plan
import Simulation
import Wire

/// What a server gets wrong when a bug is seeded.
extension ServerProcess {
  /// The frames that it takes in the place of one.
  func mistaken(_ frame: [UInt8], _ serving: Serving) throws -> [[UInt8]] {
    switch cluster.bug {
    case .staleMembership: return (try stale(beside: frame, serving.configuration)) + [frame]
    case .emptyUpdate: return [try withoutGradients(frame, serving)]
    case .doubledUpdate: return [frame] + (try again(frame))
    default: return [frame]
    }
  }

  // Where frames of steps and of rows name the job, and those of steps the membership and the step.
  private static let jobPlace = FrameMark.byteCount
  private static let membershipPlace = jobPlace + 8
  private static let stepPlace = membershipPlace + 4 + 2 + 2 + 4

  /// The last push of an earlier membership, as if it were of this one: it comes late, with this one's first push.
  private func stale(beside frame: [UInt8], _ configuration: ServerConfiguration) throws -> [[UInt8]] {
    guard let request = try stepRequest(frame), request.pushes else { return [] }
    defer { remembered = (configuration.job, frame) }
    guard let (job, old) = remembered, job != configuration.job else { return [] }
    var copy = old
    Self.put(configuration.job.rawValue, at: Self.jobPlace, of: &copy)
    Self.put(configuration.membership.rawValue, at: Self.membershipPlace, of: &copy)
    return [copy]
  }

  private func again(_ frame: [UInt8]) throws -> [[UInt8]] {
    guard let request = try stepRequest(frame), request.pushes, request.wantsRows, cluster.job.plan.consistency != .bsp
    else { return [] }
    var copy = frame
    Self.put(request.step.next.rawValue, at: Self.stepPlace, of: &copy)
    return [copy]
  }

  private func withoutGradients(_ frame: [UInt8], _ serving: Serving) throws -> [UInt8] {
    guard let request = try stepRequest(frame), request.pushes else { return frame }
    var frame = frame
    let plan = cluster.job.plan
    let slice = serving.configuration.placement.denseRange(of: plan.shape.denseCount, on: serving.configuration.server)
    var offset = StepRequest.headerByteCount
    for _ in 0..<request.contributions {
      let rows = (0..<4).reduce(0) { $0 | Int(frame[offset + 4 + $1]) << (8 * $1) }
      let start = offset + StepRequest.contributionHeaderByteCount + 4 * rows
      offset = start + rows * plan.shape.rowWidth * plan.gradientWire.floatByteCount + 4 * slice.count
      for place in start..<offset { frame[place] = 0 }
    }
    return frame
  }

  private func stepRequest(_ frame: [UInt8]) throws -> StepRequest? {
    // Safety: bytes have no padding.
    var reader = unsafe FrameReader(frame.span.bytes)
    guard try FrameMark.read(&reader) == .stepRequest else { return nil }
    return try StepRequest(from: &reader, rowLimit: .max)
  }

  private static func put(_ number: some FixedWidthInteger, at place: Int, of frame: inout [UInt8]) {
    for index in 0..<number.bitWidth / 8 { frame[place + index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
  }

  /// Confirms users' rows that a worker writes back, and keeps them for later.
  /// - Returns: whether it did
  func confirmsEarly(_ frame: [UInt8], from end: LinkEnd, _ serving: Serving) throws -> Bool {
    guard cluster.bug == .earlyConfirmation, end.line.client is WorkerProcess else { return false }
    // Safety: bytes have no padding.
    var reader = unsafe FrameReader(frame.span.bytes)
    guard try FrameMark.read(&reader) == .bulkRequest else { return false }
    let request = try BulkRequest(from: &reader)
    guard request.action == .writeRecords, request.job == serving.configuration.job else { return false }
    held.append(frame)
    return end.send(framed(BulkRequest.headerByteCount) { writer in request.writeReply(into: &writer) })
  }
}
