import ArgumentParser
import Plan

/// One thread without anything that is there for distribution.
struct SingleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "single", abstract: "The whole computation in one thread, without sockets, frames and reduction.")

  @OptionGroup var source: DataOptions
  @Option(help: "Epochs of each training.") var epochs = 3
  @OptionGroup var reporting: ReportOptions

  func run() throws {
    let data = try TrainingData(folder: source.data)
    var table = ResultTable(
      "NeuMF-8 in one thread",
      columns: ["what", "samples/s, median", "best", "s per M samples", "loss by epoch"],
      notes: [
        "Drawing, reading rows, gradients and updates; no evaluation. Figures of single epochs.",
        "With frames: a worker and a server with all that is theirs, whose frames pass through memory.",
      ])
    for batchSize in [256, 2048, 4096] {
      reporting.say("batch \(batchSize)")
      var plan = TrainingPlan()
      plan.batchSize = batchSize
      var single: [EpochResult] = []
      for _ in 0..<reporting.rounds {
        var trainer = SingleProcess(plan, data)
        for epoch in 1...epochs { single.append(trainer.train(epoch: epoch)) }
      }
      append("batch \(Figure.grouped(batchSize))", single, to: &table)
    }
    for consistency in [Consistency.ssp(4), .bsp] {
      reporting.say("frames, \(consistency)")
      let framed = try framed(consistency, data)
      append("batch 4,096, with frames, \(consistency)", framed, to: &table)
    }
    try reporting.report("One process", [table])
  }

  private func append(_ name: String, _ results: [EpochResult], to table: inout ResultTable) {
    let rates = results.map(\.samplesPerSecond)
    table.append([
      name, Figure.millions(rates.median), Figure.millions(rates.max() ?? 0), Figure.short(1e6 / rates.median),
      results.prefix(epochs).map { Figure.fixed($0.loss, 4) }.joined(separator: ", "),
    ])
  }

  private func framed(_ consistency: Consistency, _ data: TrainingData) throws -> [EpochResult] {
    var plan = TrainingPlan()
    plan.batchSize = 4096
    plan.consistency = consistency
    plan.cluster = ClusterShape(workers: 1, servers: 1)
    var results: [EpochResult] = []
    for _ in 0..<reporting.rounds {
      let cluster = try MemoryCluster(plan, data)
      for epoch in 1...epochs { results.append(try cluster.train(epoch: epoch)) }
    }
    return results
  }
}
