import CoordinatorCore
import Telemetry

/// The files of a run that grow by the epoch.
struct RunLogs: ~Copyable {
  let metrics: MetricsLog
  let events: EventsFile

  /// - Parameter epochs: what goes before; nil in a run that begins
  init(_ folder: String, topK: Int, following epochs: [EpochRecord]?) throws {
    let metrics = try MetricsLog(path: "\(folder)/metrics.jsonl", resumingAfter: epochs.map { $0.last?.epoch ?? 0 })
    events = try EventsFile(run: folder, epochs: (epochs ?? []).map { EpochReport($0, topK: topK) }, topK: topK)
    self.metrics = metrics
  }
}
