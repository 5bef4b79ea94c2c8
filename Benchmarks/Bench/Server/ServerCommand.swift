import ArgumentParser
import ParamServerCore
import Plan

/// The server's Core, fed from memory.
struct ServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server", abstract: "A parameter server alone, fed with frames that workers prepared.")

  @OptionGroup var source: DataOptions
  @OptionGroup var reporting: ReportOptions

  /// Steps that are shown again and again: few enough for the third cache, where frames are when they come from a
  /// socket.
  private static let steps = 24
  private static let roundSeconds = 0.3

  func run() throws {
    let data = try TrainingData(folder: source.data)
    var table = ResultTable(
      "One server without sockets",
      columns: [
        "job", "pushes/s, median", "best", "µs per push", "rows in and out, M/s", "GB/s in and out",
        "M samples/s that it keeps up with",
      ],
      notes: [
        "A push is read and checked, added along the tree, applied to the rows, and answered with the rows of the next",
        "step.",
        "One core, the main thread's part of it: libzmq's thread comes on top.",
      ])
    for (consistency, batchSize, workers) in Self.jobs {
      reporting.say("\(consistency), batch \(batchSize), \(workers) workers")
      table.append(try row(consistency, batchSize, workers, data))
    }
    try reporting.report("The server alone", [table])
  }

  private static let jobs: [(Consistency, Int, Int)] = [
    (.bsp, 256, 2), (.bsp, 4096, 2), (.bsp, 4096, 8), (.ssp(4), 256, 2), (.ssp(4), 4096, 2), (.ssp(4), 4096, 8),
  ]

  private func row(
    _ consistency: Consistency, _ batchSize: Int, _ workers: Int, _ data: TrainingData
  ) throws -> [String] {
    var plan = TrainingPlan()
    plan.consistency = consistency
    plan.batchSize = batchSize
    plan.cluster = ClusterShape(workers: workers, servers: 1)
    let cluster = try MemoryCluster(plan, data)
    let steps = max(4, Self.steps * 2 / workers)
    let trained = try cluster.train(epoch: 1, steps: steps, keepingFrames: true)
    // What the rows hold does not matter to the time; to draw them would be most of it.
    var replay = ServerReplay(data.serverConfiguration(plan, restores: true), frames: cluster.stepFrames)
    var rounds: [ServerReplay.Count] = []
    for _ in 0..<reporting.rounds {
      var total = ServerReplay.Count()
      while total.seconds < Self.roundSeconds { total.add(try replay.run()) }
      rounds.append(total)
    }
    func median(_ figure: (ServerReplay.Count) -> Double) -> Double { rounds.map(figure).median }
    let pushRates = rounds.map { Double($0.pushes) / $0.seconds }
    let pushes = try replay.run().pushes
    return [
      "\(consistency), batch \(Figure.grouped(batchSize))\(consistency == .bsp ? "" : " each"), \(workers) workers",
      Figure.short(pushRates.median), Figure.short(pushRates.max() ?? 0), Figure.short(1e6 / pushRates.median),
      Figure.short(median { 2 * Double($0.rows) / $0.seconds / 1e6 }),
      Figure.short(median { Double($0.bytesIn + $0.bytesOut) / $0.seconds / 1e9 }),
      Figure.short(pushRates.median * Double(trained.samples) / Double(pushes) / 1e6),
    ]
  }
}

extension ServerReplay.Count {
  mutating func add(_ other: ServerReplay.Count) {
    pushes += other.pushes
    rows += other.rows
    bytesIn += other.bytesIn
    bytesOut += other.bytesOut
    seconds += other.seconds
  }
}
