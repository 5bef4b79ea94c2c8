import ArgumentParser
import Plan
import Telemetry

/// Real jobs of real processes.
struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster", abstract: "Whole trainings, and what share of one thread's rate a cluster keeps.")

  @Option(help: "The release executable of neumf.") var neumf: String
  @OptionGroup var source: DataOptions
  @Option(help: "Epochs of each training whose cost is counted, after a first one.") var epochs = 2
  @OptionGroup var reporting: ReportOptions

  private static let jobs: [Arrangement] =
    [Consistency.bsp, .ssp(4)].flatMap { consistency in
      [256, 2048, 4096].map { Arrangement(consistency: consistency, batchSize: $0) }
    } + [Arrangement(workers: 1, consistency: .ssp(4))]

  func run() throws {
    let cluster = ClusterRun(neumf: neumf, data: source.data)
    let data = try TrainingData(folder: source.data)
    var results = Self.jobs.map { JobResult($0) }
    var single: [[Double]] = []
    for round in 1...reporting.rounds {
      for index in results.indices.dropLast() {
        reporting.say("round \(round): \(results[index].name)")
        try results[index].run(cluster, epochs: epochs)
      }
      // The last job takes turns with the thread that it is compared with.
      let last = results.count - 1
      reporting.say("round \(round): one thread, and \(results[last].name)")
      var trainer = SingleProcess(TrainingPlan.batch4096, data)
      var rates: [Double] = []
      try results[last].run(cluster, epochs: epochs) {
        rates.append(trainer.train(epoch: rates.count + 1).samplesPerSecond)
      }
      single.append(rates)
    }
    var table = ResultTable(
      "Whole trainings of NeuMF-8",
      columns: [
        "job", "samples/s, median", "best", "CPU s per M samples", "of it workers", "servers", "bytes per sample",
        "server busy", "peak memory",
      ],
      notes: [
        "Rates of single epochs, with all between two evaluations in them.",
        "Processor seconds and bytes: those of a training of \(epochs + 1) epochs less those of one of 1,",
        "which has the same start, evaluation and export.",
      ])
    for result in results { table.append(result.cells) }
    try reporting.report("The whole cluster", [table, price(results[results.count - 1], single)])
  }

  /// The share of one thread's rate that a worker and a server keep, round by round.
  private func price(_ pair: JobResult, _ single: [[Double]]) -> ResultTable {
    var table = ResultTable(
      "The price of distribution", columns: ["what", "samples/s, median", "best", "share", "lowest, highest"],
      notes: ["A share is of two medians of the same round."])
    let shares = zip(pair.rates, single).map { $0.median / $1.median }
    let rates = (one: Array(single.joined()), pair: Array(pair.rates.joined()))
    table.append([
      "one thread, batch 4,096", Figure.millions(rates.one.median), Figure.millions(rates.one.max() ?? 0),
      Figure.percent(1), "",
    ])
    table.append([
      pair.name, Figure.millions(rates.pair.median), Figure.millions(rates.pair.max() ?? 0),
      Figure.percent(shares.median),
      "\(Figure.percent(shares.min() ?? 0)), \(Figure.percent(shares.max() ?? 0))",
    ])
    return table
  }
}

extension TrainingPlan {
  fileprivate static var batch4096: TrainingPlan {
    var plan = TrainingPlan()
    plan.batchSize = 4096
    return plan
  }
}

/// A job and what its runs came to.
private struct JobResult {
  let arrangement: Arrangement
  /// Of single epochs, round by round.
  private(set) var rates: [[Double]] = []
  private var usages: [ClusterUsage] = []

  init(_ arrangement: Arrangement) { self.arrangement = arrangement }

  var name: String {
    let each = arrangement.consistency == .bsp ? "" : " each"
    return "\(arrangement.workers) + \(arrangement.servers), \(arrangement.consistency), "
      + "batch \(Figure.grouped(arrangement.batchSize))\(each)"
  }

  /// - Parameter interlude: what happens before, between and after the two trainings
  mutating func run(_ cluster: ClusterRun, epochs: Int, interlude: () -> Void = {}) throws {
    interlude()
    let short = try cluster.report(arrangement, epochs: 1)
    interlude()
    let long = try cluster.report(arrangement, epochs: 1 + epochs)
    interlude()
    rates.append((short.epochs + long.epochs).map(\.samplesPerSecond))
    usages.append(ClusterUsage(long).beyond(ClusterUsage(short)))
  }

  var cells: [String] {
    func median(_ figure: (ClusterUsage) -> Double) -> Double { usages.map(figure).median }
    let all = Array(rates.joined())
    return [
      name, Figure.millions(all.median), Figure.millions(all.max() ?? 0), Figure.short(median(\.cost)),
      Figure.short(median(\.workerCost)), Figure.short(median(\.serverCost)),
      Figure.short(median(\.bytesPerSample)),
      Figure.percent(median { $0.serverUtilisation(servers: arrangement.servers) }),
      Figure.megabytes(usages.map(\.peakBytes).max() ?? 0),
    ]
  }
}
