import Testing

@testable import neumf_bench

@Suite struct ThroughputModelTests {
  private func model(workers: Int, servers: Int) -> ThroughputModel {
    ThroughputModel(
      workers: workers, servers: servers, workerCost: 0.4, serverCost: 0.1, bytesPerSample: 250,
      networkBytesPerSecond: 1e9)
  }

  @Test func theSlowestPartDecides() {
    let few = model(workers: 2, servers: 1)
    #expect(few.bound == .workers && few.rate == 5)
    let many = model(workers: 16, servers: 1)
    #expect(many.bound == .network && many.rate == 8)
    var fast = many
    fast.networkBytesPerSecond = 1e10
    #expect(fast.bound == .servers && fast.rate == 10)
    #expect(model(workers: 16, servers: 2).rate == 16)
  }

  @Test func fourWorkersFeedAServer() {
    #expect(abs(model(workers: 1, servers: 1).workersPerServer - 4) < 1e-9)
  }
}
