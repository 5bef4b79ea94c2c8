import Glibc
package import ZeroMQ

/// What tells a member's Loop to stop, the coordinator aside: a signal, or the end of the process that started it.
package struct Watches: Sendable {
  private let signals: SignalWatch
  private let parent: ParentWatch?

  package init(signals: SignalWatch, parent: ParentWatch?) {
    self.signals = signals
    self.parent = parent
  }

  /// Whether the process that started this one is watched.
  package var hasParent: Bool { parent != nil }

  /// Their places in a poll set.
  package struct Slots: Sendable {
    let signals: PollSet.Slot
    let parent: PollSet.Slot?
  }

  package func add(to poll: inout PollSet) -> Slots {
    let signalSlot = poll.add(fileDescriptor: signals.readEnd)
    return Slots(signals: signalSlot, parent: parent.map { poll.add(fileDescriptor: $0.fileDescriptor) })
  }

  /// The signal that the last wait found.
  package func signal(_ poll: borrowing PollSet, _ slots: Slots) -> Int32? {
    poll.isReadable(slots.signals) ? signals.next() : nil
  }

  package func isParentGone(_ poll: borrowing PollSet, _ slots: Slots) -> Bool {
    guard let parent, let slot = slots.parent, poll.isReadable(slot) else { return false }
    return parent.isParentGone
  }

  /// Why a member must leave, if it must. An interrupt from the keyboard is the coordinator's to answer.
  package func exit(_ poll: borrowing PollSet, _ slots: Slots) -> MemberExit? {
    if signal(poll, slots) == SIGTERM { return .terminated }
    return isParentGone(poll, slots) ? .orphaned : nil
  }
}
