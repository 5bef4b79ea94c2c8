import ArgumentParser
import Plan

/// What samples cost with more and more processes.
struct ScalingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Processor seconds and bytes per sample by workers and servers, and the rate that follows.")

  @Option(help: "The release executable of neumf.") var neumf: String
  @OptionGroup var source: DataOptions
  @Option(help: "bsp, ssp:N or async.") var consistency = "ssp:4"
  @Option(help: "Samples of a step: of all workers together in bsp, of each one otherwise.") var batchSize = 4096
  @Option(help: "Logical shards of the users.") var shards = 16
  @Option(parsing: .upToNextOption, help: "Numbers of workers.") var workers = [1, 2, 4, 8, 16]
  @Option(parsing: .upToNextOption, help: "Numbers of servers.") var servers = [1, 2, 4]
  @Option(help: "Epochs of each training whose cost is counted, after a first one.") var epochs = 1
  @OptionGroup var reporting: ReportOptions

  func run() throws {
    guard let consistency = Consistency(consistency) else {
      throw ValidationError("--consistency: \(consistency) is not bsp, ssp:N or async")
    }
    let cluster = ClusterRun(neumf: neumf, data: source.data)
    var models: [(model: ThroughputModel, usage: ClusterUsage)] = []
    for servers in servers {
      for workers in workers {
        reporting.say("\(workers) + \(servers)")
        let arrangement = Arrangement(
          workers: workers, servers: servers, consistency: consistency, batchSize: batchSize, shards: shards)
        let usages = try (0..<reporting.rounds).map { _ in
          let short = try cluster.report(arrangement, epochs: 1)
          return ClusterUsage(try cluster.report(arrangement, epochs: 1 + epochs)).beyond(ClusterUsage(short))
        }
        let usage = ClusterUsage(medianOf: usages)
        models.append(
          (
            ThroughputModel(
              workers: workers, servers: servers, workerCost: usage.workerCost, serverCost: usage.serverCost,
              bytesPerSample: usage.bytesPerSample), usage
          ))
      }
    }
    try reporting.report("Scaling, by accounting", [costs(models), rates(models)])
  }

  private var name: String {
    "\(consistency), batch \(Figure.grouped(batchSize))\(consistency == "bsp" ? "" : " each")"
  }

  private func costs(_ models: [(model: ThroughputModel, usage: ClusterUsage)]) -> ResultTable {
    var table = ResultTable(
      "What a million samples cost, \(name)",
      columns: [
        "workers + servers", "CPU s of workers", "of servers", "of the coordinator", "all", "against the first",
        "bytes per sample", "workers that one server core feeds",
      ],
      notes: [
        "Processor seconds of all processes of a role together, libzmq's threads included.",
        "All run on the cores of one machine: where there are more processes than cores, they share caches and change",
        "places, which costs, too.",
      ])
    for (model, usage) in models {
      table.append([
        "\(model.workers) + \(model.servers)", Figure.short(usage.workerCost), Figure.short(usage.serverCost),
        Figure.short(usage.coordinatorCost), Figure.short(usage.cost), Figure.short(usage.cost / models[0].usage.cost),
        Figure.short(usage.bytesPerSample), Figure.fixed(model.workersPerServer, 1),
      ])
    }
    return table
  }

  private func rates(_ models: [(model: ThroughputModel, usage: ClusterUsage)]) -> ResultTable {
    var table = ResultTable(
      "What follows for a core per process, \(name)",
      columns: [
        "workers + servers", "M samples/s", "per core", "bound by", "workers allow", "servers", "10 Gb/s network",
      ],
      notes: [
        "The least of workers / their cost, servers / theirs, and what fits the servers' networks.",
        "It assumes a core per process for all its threads, costs as measured here, and no waiting but for the slowest",
        "part; so it is an upper bound.",
      ])
    for (model, _) in models {
      table.append([
        "\(model.workers) + \(model.servers)", Figure.short(model.rate),
        Figure.short(model.rate / Double(model.workers + model.servers)), model.bound.rawValue,
        Figure.short(model.limit(.workers)), Figure.short(model.limit(.servers)), Figure.short(model.limit(.network)),
      ])
    }
    return table
  }
}
