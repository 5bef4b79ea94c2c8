import Telemetry

/// What a job, or some epochs of it, cost.
struct ClusterUsage: Sendable {
  private(set) var samples: Double
  /// Wall time of everything between evaluations.
  private(set) var seconds: Double
  /// Processor seconds, of all processes of a role together.
  private(set) var workerSeconds: Double
  private(set) var serverSeconds: Double
  private(set) var coordinatorSeconds: Double
  /// Payload bytes that somebody sent.
  private(set) var bytes: Double
  /// The peaks of all processes, added up.
  let peakBytes: Int

  init(_ report: RunReport) {
    samples = report.epochs.reduce(0) { $0 + Double($1.samples) }
    seconds = report.epochs.reduce(0) { $0 + $1.trainingSeconds }
    workerSeconds = report.cpuSeconds.worker.reduce(0, +)
    serverSeconds = report.cpuSeconds.server.reduce(0, +)
    coordinatorSeconds = report.cpuSeconds.coordinator
    bytes = Double(report.bytesOnWire.sent)
    let peaks = report.peakResidentBytes
    peakBytes = peaks.coordinator + peaks.server.reduce(0, +) + peaks.worker.reduce(0, +)
  }

  /// Of several runs of the same, each figure's median.
  init(medianOf usages: [ClusterUsage]) {
    samples = usages.map(\.samples).median
    seconds = usages.map(\.seconds).median
    workerSeconds = usages.map(\.workerSeconds).median
    serverSeconds = usages.map(\.serverSeconds).median
    coordinatorSeconds = usages.map(\.coordinatorSeconds).median
    bytes = usages.map(\.bytes).median
    peakBytes = usages.map(\.peakBytes).max() ?? 0
  }

  /// What the epochs cost that a longer run of the same job has more: without the start, the one evaluation and the
  /// export, which both have.
  func beyond(_ shorter: ClusterUsage) -> ClusterUsage {
    var usage = self
    usage.samples -= shorter.samples
    usage.seconds -= shorter.seconds
    usage.workerSeconds -= shorter.workerSeconds
    usage.serverSeconds -= shorter.serverSeconds
    usage.coordinatorSeconds -= shorter.coordinatorSeconds
    usage.bytes -= shorter.bytes
    return usage
  }

  /// Processor seconds per million samples.
  var workerCost: Double { workerSeconds / samples * 1e6 }
  var serverCost: Double { serverSeconds / samples * 1e6 }
  var coordinatorCost: Double { coordinatorSeconds / samples * 1e6 }
  var cost: Double { workerCost + serverCost + coordinatorCost }
  var bytesPerSample: Double { bytes / samples }
  /// The share of the wall time that each server's core works, I/O thread included.
  func serverUtilisation(servers: Int) -> Double { serverSeconds / seconds / Double(servers) }
}
