/// A fault that the supervisor of a job carried out, as it says on standard error.
struct Injury: Equatable, Sendable {
  /// `kill`, `pause` or `restart`.
  let verb: String
  /// `worker`, `server` or `coordinator`.
  let role: String

  /// Reads `neumf: fault: kill any every 2 s: worker 1 (process 77)`; nil for any other line.
  init?(_ line: Substring) {
    let mark = "neumf: fault: "
    guard line.hasPrefix(mark), let verb = line.dropFirst(mark.count).split(separator: " ").first,
      let role = line.split(separator: ": ").last?.split(separator: " ").first, line.hasSuffix(")"),
      ["worker", "server", "coordinator"].contains(role)
    else { return nil }
    self.verb = String(verb)
    self.role = String(role)
  }
}
