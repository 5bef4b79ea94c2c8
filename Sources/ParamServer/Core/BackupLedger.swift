package import Wire

/// What a server that has a backup may tell others: nothing that the backup does not know. It counts the frames that
/// the backup was sent, and keeps back what the shard orders until the backup has all that the shard had taken by then.
///
/// Duties of the Loop, for each frame: send it to the backup if `BackupFrame.concerns` it, and say so; hand it to the
/// shard, and what that orders to `keepBack`; carry out what is left, and what each receipt sets free, in order.
package struct BackupLedger: Sendable {
  /// Frames that the backup was sent, and how many of them it has.
  private var sent: UInt64 = 0
  private var received: UInt64 = 0
  /// What is kept back, and how many frames the backup must have first; the latest last.
  private var kept: [(directive: ServerDirective, until: UInt64)] = []

  package init() {}

  package mutating func frameSent() { sent += 1 }

  /// Leaves what may be carried out now, and keeps the rest.
  package mutating func keepBack(_ directives: inout [ServerDirective]) {
    guard received < sent else { return }
    for directive in directives { kept.append((directive, sent)) }
    directives.removeAll(keepingCapacity: true)
  }

  /// The backup has so many frames: adds what may be carried out by now.
  /// - Throws: for more than it was sent
  package mutating func received(_ count: UInt64, directives: inout [ServerDirective]) throws(WireError) {
    guard count <= sent else { throw WireError("receipt", "is of \(count) frames, and \(sent) were sent") }
    received = max(received, count)
    let free = kept.firstIndex { $0.until > received } ?? kept.count
    for entry in kept[..<free] { directives.append(entry.directive) }
    kept.removeFirst(free)
  }

  /// There is no backup any more: adds all that was kept back.
  package mutating func backupLost(directives: inout [ServerDirective]) {
    for entry in kept { directives.append(entry.directive) }
    kept = []
    received = sent
  }
}
