package import Plan

/// Worker to server, once per step: what it pushes for this step, and which rows it wants for the next.
///
/// Layout: mark, header; per contribution: level, index, row count, item rows `[rows]`, gradients `[rows × width]`,
/// the dense gradient's slice; then the item rows wanted. Rows are places on the server (see `Placement`), strictly
/// ascending. Where the plan says that gradients travel as half floats, those of rows do, multiplied by the plan's
/// `gradientScale`; the dense gradient is always in floats.
package struct StepRequest: Sendable, Equatable {
  package static let headerByteCount = FrameMark.byteCount + 8 + 4 + 2 + 2 + 4 + 4 + 4 + 4
  package static let contributionHeaderByteCount = 8

  package var job: JobID
  package var membership: MembershipEpoch
  package var worker: WorkerID
  package var epoch: Epoch
  /// The step that the contributions belong to; without any, the step whose rows are wanted.
  package var step: Step
  package var contributions: Int
  package var wantedRows: Int
  /// Whether the reply shall bring rows and dense weights; the last push of an epoch wants nothing but the reply
  /// itself.
  package var wantsRows: Bool
  /// Whether anything is pushed; an epoch's first request only pulls. One that does neither says that no push of its
  /// worker follows in this epoch.
  package var pushes: Bool

  package init(
    job: JobID, membership: MembershipEpoch, worker: WorkerID, epoch: Epoch, step: Step, contributions: Int,
    wantedRows: Int, wantsRows: Bool, pushes: Bool
  ) {
    self.job = job
    self.membership = membership
    self.worker = worker
    self.epoch = epoch
    self.step = step
    self.contributions = contributions
    self.wantedRows = wantedRows
    self.wantsRows = wantsRows
    self.pushes = pushes
  }

  /// The size of a whole request.
  /// - Parameters:
  ///   - itemRows: of all contributions together
  ///   - width: floats per row
  ///   - dense: floats of the server's slice
  ///   - wire: how the rows' gradients travel
  package func byteCount(itemRows: Int, width: Int, dense: Int, wire: WireFormat) -> Int {
    Self.headerByteCount + contributions * (Self.contributionHeaderByteCount + 4 * dense)
      + itemRows * (4 + width * wire.floatByteCount) + 4 * wantedRows
  }

  package func write(into writer: inout FrameWriter) {
    FrameMark.write(.stepRequest, into: &writer)
    writer.number(job.rawValue)
    writer.number(membership.rawValue)
    writer.number(worker.rawValue)
    writer.number(UInt16((wantsRows ? 1 : 0) | (pushes ? 2 : 0)))
    writer.number(epoch.rawValue)
    writer.number(step.rawValue)
    writer.number(UInt32(contributions))
    writer.number(UInt32(wantedRows))
  }

  /// Reads the header; the reader then stands before the first contribution.
  package init(from reader: inout FrameReader, rowLimit: Int) throws(WireError) {
    job = JobID(rawValue: try reader.number("job"))
    membership = MembershipEpoch(rawValue: try reader.number("membership epoch"))
    worker = WorkerID(rawValue: try reader.number("worker"))
    let flags: UInt16 = try reader.number("flags")
    guard flags < 4 else { throw WireError("flags", "are \(flags)") }
    wantsRows = flags & 1 != 0
    pushes = flags & 2 != 0
    epoch = Epoch(rawValue: try reader.number("epoch"))
    step = Step(rawValue: try reader.number("step"))
    guard step.rawValue < UInt32.max else { throw WireError("step", "is beyond the last") }
    contributions = try reader.count("contributions", atMost: TrainingPlan.shardLimit)
    wantedRows = try reader.count("wanted rows", atMost: rowLimit)
    guard pushes || contributions == 0 else {
      throw WireError("flags", "push nothing, yet gradients follow")
    }
  }

  package static func writeContribution(_ node: ReductionTree.Node, rows: Int, into writer: inout FrameWriter) {
    writer.number(node.level)
    writer.number(UInt8(0))
    writer.number(node.index)
    writer.number(UInt32(rows))
  }

  package static func readContribution(
    from reader: inout FrameReader, rowLimit: Int
  ) throws(WireError) -> (node: ReductionTree.Node, rows: Int) {
    let level: UInt8 = try reader.number("node level")
    let reserved: UInt8 = try reader.number("reserved byte")
    let index: UInt16 = try reader.number("node index")
    guard level <= 16, reserved == 0 else { throw WireError("node level", "is \(level)") }
    return (ReductionTree.Node(level: level, index: index), try reader.count("item rows", atMost: rowLimit))
  }
}
