/// How fast a cluster would be with a core for each process, from what each process was seen to cost.
///
/// Assumptions: a worker and a server have a core each for all their threads; what a sample costs does not depend on
/// how fast the others are; nothing waits but for the slowest of workers, servers and network; each server's machine
/// has a network of its own, full duplex, and as much goes in as comes out.
struct ThroughputModel: Sendable {
  let workers: Int
  let servers: Int
  /// Processor seconds per million samples, of all workers and of all servers together.
  let workerCost: Double
  let serverCost: Double
  let bytesPerSample: Double
  /// Of each server's machine, each way.
  var networkBytesPerSecond = 1.25e9

  enum Bound: String, Sendable { case workers, servers, network }

  /// Millions of samples per second, had only workers, servers or the network a limit.
  func limit(_ bound: Bound) -> Double {
    switch bound {
    case .workers: Double(workers) / workerCost
    case .servers: Double(servers) / serverCost
    case .network: Double(servers) * networkBytesPerSecond / (bytesPerSample / 2) / 1e6
    }
  }

  var bound: Bound {
    let others: Bound = limit(.network) < limit(.servers) ? .network : .servers
    return limit(.workers) <= limit(others) ? .workers : others
  }

  /// Millions of samples per second.
  var rate: Double { limit(bound) }

  /// The workers that keep one server's core busy.
  var workersPerServer: Double { workerCost / serverCost }
}
