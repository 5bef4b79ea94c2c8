/// A process that was lost and replaced, and how long the job took to go on.
package struct Recovery: Codable, Equatable, Sendable {
  /// `coordinator`, `server` or `worker`.
  package let role: String
  package let index: Int
  /// The step, counted over all epochs, that the job went back to.
  package let atStep: Int
  package let seconds: Double

  package init(role: String, index: Int, atStep: Int, seconds: Double) {
    self.role = role
    self.index = index
    self.atStep = atStep
    self.seconds = seconds
  }
}
