/// Payload bytes of frames, as all processes of a job counted them together.
package struct WireTraffic: Codable, Equatable, Sendable {
  package var sent: Int
  package var received: Int

  package init(sent: Int = 0, received: Int = 0) {
    self.sent = sent
    self.received = received
  }
}
