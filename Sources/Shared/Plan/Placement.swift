/// Which server holds which rows and which part of the dense vector, and which worker trains which shards at the start.
package struct Placement: Sendable, Equatable {
  package let workers: Int
  package let servers: Int

  package init(workers: Int, servers: Int) {
    precondition(workers > 0 && servers > 0, "\(workers) workers, \(servers) servers")
    self.workers = workers
    self.servers = servers
  }

  // MARK: rows go round the servers

  @inline(__always)
  package func server(of row: UInt32) -> Int { Int(row) % servers }

  /// A row's place on its server.
  @inline(__always)
  package func localIndex(of row: UInt32) -> Int { Int(row) / servers }

  /// The rows that a server holds of a table of `rows`: `server, server + servers, …`.
  package func rowCount(of rows: Int, on server: ServerID) -> Int {
    let index = Int(server.rawValue)
    return rows > index ? (rows - index - 1) / servers + 1 : 0
  }

  // MARK: the dense vector is cut into equal runs

  package func denseRange(of count: Int, on server: ServerID) -> Range<Int> {
    let index = Int(server.rawValue)
    return count * index / servers..<count * (index + 1) / servers
  }

  // MARK: shards go to the workers in equal runs

  package func shards(of count: Int, for worker: WorkerID) -> Range<Int> {
    let index = Int(worker.rawValue)
    return count * index / workers..<count * (index + 1) / workers
  }
}
