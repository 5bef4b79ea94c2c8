/// What the links between processes had to do about a network that lost, repeated or delayed frames.
package struct LinkReport: Codable, Equatable, Sendable {
  /// Frames for which no acknowledgement had come in time; some of them had arrived nevertheless.
  package var framesSentAgain: Int
  /// Frames that had arrived before.
  package var duplicatesDropped: Int

  package init(framesSentAgain: Int = 0, duplicatesDropped: Int = 0) {
    self.framesSentAgain = framesSentAgain
    self.duplicatesDropped = duplicatesDropped
  }
}
