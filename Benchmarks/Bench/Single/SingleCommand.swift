import ArgumentParser
import Plan

/// One thread without anything that is there for distribution.
struct SingleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "single", abstract: "The whole computation in one thread, without sockets, frames and reduction.")

  @OptionGroup var source: DataOptions
  @Option(help: "Epochs of each training.") var epochs = 3
  @OptionGroup var reporting: ReportOptions

  private struct Job {
    let batchSize: Int
    /// Of a worker and a server whose frames pass through memory; nil without either.
    var framed: Consistency?
    var results: [EpochResult] = []

    var name: String {
      "batch \(Figure.grouped(batchSize))" + (framed.map { ", with frames, \($0)" } ?? "")
    }

    mutating func run(_ data: TrainingData, epochs: Int) throws {
      var plan = TrainingPlan()
      plan.batchSize = batchSize
      plan.cluster = ClusterShape(workers: 1, servers: 1)
      if let framed {
        plan.consistency = framed
        let cluster = try MemoryCluster(plan, data)
        for epoch in 1...epochs { results.append(try cluster.train(epoch: epoch)) }
      } else {
        var trainer = SingleProcess(plan, data)
        for epoch in 1...epochs { results.append(trainer.train(epoch: epoch)) }
      }
    }
  }

  func run() throws {
    let data = try TrainingData(folder: source.data)
    var jobs = [
      Job(batchSize: 256), Job(batchSize: 2048), Job(batchSize: 4096), Job(batchSize: 4096, framed: .ssp(4)),
      Job(batchSize: 4096, framed: .bsp),
    ]
    for round in 1...reporting.rounds {
      for index in jobs.indices {
        reporting.say("round \(round): \(jobs[index].name)")
        try jobs[index].run(data, epochs: epochs)
      }
    }
    var table = ResultTable(
      "NeuMF-8 in one thread",
      columns: ["what", "samples/s, median", "best", "s per M samples", "loss by epoch"],
      notes: [
        "Drawing, reading rows, gradients and updates; no evaluation. Figures of single epochs.",
        "With frames: a worker and a server with all that is theirs, whose frames pass through memory.",
      ])
    for job in jobs {
      let rates = job.results.map(\.samplesPerSecond)
      table.append([
        job.name, Figure.millions(rates.median), Figure.millions(rates.max() ?? 0), Figure.short(1e6 / rates.median),
        job.results.prefix(epochs).map { Figure.fixed($0.loss, 4) }.joined(separator: ", "),
      ])
    }
    try reporting.report("One process", [table])
  }
}
