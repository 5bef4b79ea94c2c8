/// Payload bytes of all nodes' frames; what one sent another received, so that both sums agree when none was lost.
package struct WireTraffic: Codable, Equatable, Sendable {
  package var sent: Int
  package var received: Int

  package init(sent: Int = 0, received: Int = 0) {
    self.sent = sent
    self.received = received
  }
}
