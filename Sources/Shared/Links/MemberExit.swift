/// Why a member's Loop ended without having failed.
package enum MemberExit: Sendable, Equatable {
  /// The coordinator said that the job is done.
  case finished
  /// The coordinator said that the job failed, or sent this process away.
  case aborted(reason: String)
  /// The coordinator gathers its members anew.
  case regrouped
  /// The process that started this one is gone.
  case orphaned
  /// A signal asked it to stop.
  case terminated
}
