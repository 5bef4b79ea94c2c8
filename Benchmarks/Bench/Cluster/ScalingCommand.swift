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
  @Option(parsing: .upToNextOption, help: "Numbers of workers; all is compared with the first.")
  var workers = [1, 2, 4, 8, 16]
  @Option(parsing: .upToNextOption, help: "Numbers of servers; all is compared with the first.") var servers = [
    1, 2, 4,
  ]
  @Option(help: "Epochs of each training whose cost is counted, after a first one.") var epochs = 1
  @OptionGroup var reporting: ReportOptions

  /// A cluster, what it cost, and what share that is of the first one's cost.
  private struct Account {
    let usage: ClusterUsage
    let model: ThroughputModel
    let ratio: Double
    var name: String { "\(model.workers) + \(model.servers)" }
  }

  func run() throws {
    guard let consistency = Consistency(consistency) else {
      throw ValidationError("--consistency: \(consistency) is not bsp, ssp:N or async")
    }
    let cluster = ClusterRun(neumf: neumf, data: source.data)
    let arrangements = servers.flatMap { servers in
      workers.map {
        Arrangement(workers: $0, servers: servers, consistency: consistency, batchSize: batchSize, shards: shards)
      }
    }
    let accounts = try arrangements.map { try account($0, besides: arrangements[0], cluster) }
    try reporting.report("Scaling, by accounting", [costs(accounts), rates(accounts)])
  }

  /// Each round runs the first cluster, too: a machine that slows down makes everything cost more.
  private func account(
    _ arrangement: Arrangement, besides first: Arrangement, _ cluster: ClusterRun
  ) throws -> Account {
    reporting.say("\(arrangement.workers) + \(arrangement.servers)")
    var usages: [ClusterUsage] = []
    var ratios: [Double] = []
    for _ in 0..<reporting.rounds {
      let reference = try usage(first, cluster)
      let usage = try usage(arrangement, cluster)
      usages.append(usage)
      ratios.append(usage.cost / reference.cost)
    }
    let usage = ClusterUsage(medianOf: usages)
    return Account(
      usage: usage,
      model: ThroughputModel(
        workers: arrangement.workers, servers: arrangement.servers, workerCost: usage.workerCost,
        serverCost: usage.serverCost, bytesPerSample: usage.bytesPerSample), ratio: ratios.median)
  }

  private func usage(_ arrangement: Arrangement, _ cluster: ClusterRun) throws -> ClusterUsage {
    let short = try cluster.report(arrangement, epochs: 1)
    return ClusterUsage(try cluster.report(arrangement, epochs: 1 + epochs)).beyond(ClusterUsage(short))
  }

  private var name: String {
    "\(consistency), batch \(Figure.grouped(batchSize))\(consistency == "bsp" ? "" : " each")"
  }

  private func costs(_ accounts: [Account]) -> ResultTable {
    var table = ResultTable(
      "What a million samples cost, \(name)",
      columns: [
        "workers + servers", "CPU s of workers", "of servers", "of the coordinator", "all", "against the first",
        "bytes per sample", "workers that one server core feeds",
      ],
      notes: [
        "Processor seconds of all processes of a role together, libzmq's threads included.",
        "All run on the cores of one machine: where there are more processes than cores, they share caches and change",
        "places, which costs, too. Against the first: of clusters that took turns; the first row shows the noise.",
      ])
    for account in accounts {
      let usage = account.usage
      table.append([
        account.name, Figure.short(usage.workerCost), Figure.short(usage.serverCost),
        Figure.short(usage.coordinatorCost), Figure.short(usage.cost), Figure.fixed(account.ratio, 2),
        Figure.short(usage.bytesPerSample), Figure.fixed(account.model.workersPerServer, 1),
      ])
    }
    return table
  }

  private func rates(_ accounts: [Account]) -> ResultTable {
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
    for account in accounts {
      let model = account.model
      table.append([
        account.name, Figure.short(model.rate), Figure.short(model.rate / Double(model.workers + model.servers)),
        model.bound.rawValue, Figure.short(model.limit(.workers)), Figure.short(model.limit(.servers)),
        Figure.short(model.limit(.network)),
      ])
    }
    return table
  }
}
