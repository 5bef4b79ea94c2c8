import Plan

/// What a server remembers of one worker.
final class WorkerSeat {
  enum Expectation {
    /// The worker computes, or has nothing to do.
    case nothing
    /// It waits for the reply to its last request.
    case reply(Peer)
  }
  var expectation = Expectation.nothing
  /// The step whose rows it wants, and those rows.
  var wantedStep = Step(rawValue: 0)
  var wantsRows = false
  var wanted: [UInt32] = []
  /// Steps pushed since the epoch, or the membership, began; `nil` before its first request, the maximum after its
  /// last push.
  var clock: UInt32?
  /// The step of this epoch that it pushed last.
  var lastPush: Step?
  var staleness: UInt32 = 0
}
