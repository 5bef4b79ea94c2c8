/// A figure for each process of a job; servers and workers by their index.
package struct PerRole<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
  package var coordinator: Value
  package var server: [Value]
  package var worker: [Value]

  package init(coordinator: Value, server: [Value] = [], worker: [Value] = []) {
    self.coordinator = coordinator
    self.server = server
    self.worker = worker
  }
}
