package import Plan

/// Server to worker, the answer to a `StepRequest`: the step's push is applied, and here are the rows that were wanted.
///
/// Layout: mark, header, the dense vector's slice `[dense]` in floats, item rows `[rows × width]` as the plan says.
package struct StepReply: Sendable, Equatable {
  package static let headerByteCount = FrameMark.byteCount + 8 + 4 + 2 + 2 + 4 + 4 + 8 + 4 + 4 + 4

  package var job: JobID
  package var membership: MembershipEpoch
  package var server: ServerID
  package var epoch: Epoch
  /// The step that the rows are for.
  package var step: Step
  /// The optimizer steps that the rows have seen.
  package var optimizerStep: UInt64
  /// How many steps the slowest worker was behind the one that asked.
  package var staleness: UInt32
  package var rows: Int
  package var dense: Int

  package init(
    job: JobID, membership: MembershipEpoch, server: ServerID, epoch: Epoch, step: Step, optimizerStep: UInt64,
    staleness: UInt32, rows: Int, dense: Int
  ) {
    self.job = job
    self.membership = membership
    self.server = server
    self.epoch = epoch
    self.step = step
    self.optimizerStep = optimizerStep
    self.staleness = staleness
    self.rows = rows
    self.dense = dense
  }

  /// The size of a whole reply.
  /// - Parameters:
  ///   - width: floats per row
  ///   - wire: how the rows travel
  package func byteCount(width: Int, wire: WireFormat) -> Int {
    Self.headerByteCount + 4 * dense + rows * width * wire.floatByteCount
  }

  package func write(into writer: inout FrameWriter) {
    FrameMark.write(.stepReply, into: &writer)
    writer.number(job.rawValue)
    writer.number(membership.rawValue)
    writer.number(server.rawValue)
    writer.number(UInt16(0))
    writer.number(epoch.rawValue)
    writer.number(step.rawValue)
    writer.number(optimizerStep)
    writer.number(staleness)
    writer.number(UInt32(rows))
    writer.number(UInt32(dense))
  }

  /// Reads the header; the reader then stands before the dense weights.
  package init(from reader: inout FrameReader, rowLimit: Int, denseLimit: Int) throws(WireError) {
    job = JobID(rawValue: try reader.number("job"))
    membership = MembershipEpoch(rawValue: try reader.number("membership epoch"))
    server = ServerID(rawValue: try reader.number("server"))
    let reserved: UInt16 = try reader.number("reserved bytes")
    guard reserved == 0 else { throw WireError("reserved bytes", "are not zero") }
    epoch = Epoch(rawValue: try reader.number("epoch"))
    step = Step(rawValue: try reader.number("step"))
    optimizerStep = try reader.optimizerStep()
    staleness = try reader.number("staleness")
    rows = try reader.count("rows", atMost: rowLimit)
    dense = try reader.count("dense weights", atMost: denseLimit)
  }
}
