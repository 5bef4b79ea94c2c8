/// What became of the pushes of a run.
package struct UpdateCounts: Codable, Equatable, Sendable {
  package var pushed: Int
  package var applied: Int
  package var duplicatesIgnored: Int
  package var lost: Int

  package init(pushed: Int = 0, applied: Int = 0, duplicatesIgnored: Int = 0, lost: Int = 0) {
    self.pushed = pushed
    self.applied = applied
    self.duplicatesIgnored = duplicatesIgnored
    self.lost = lost
  }
}
