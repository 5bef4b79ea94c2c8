import ArgumentParser
import ZeroMQ

/// What a frame costs between two processes.
struct WireCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wire", abstract: "Frames from a dealer to a router in another process, and back.")

  @OptionGroup var reporting: ReportOptions

  /// A row of NeuMF-8 and its number.
  private static let rowByteCount = 4 * 41
  private static let window = 4
  private static let sizes = [1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20]

  func run() throws {
    var table = ResultTable(
      "Dealer to router and back",
      columns: [
        "transport", "frame", "round trip p50, µs", "p99, µs", "GB/s each way", "best", "M rows/s each way",
        "frames/s each way",
      ], words: 2,
      notes: [
        "Two processes on one machine. Round trips one at a time; rates with \(Self.window) frames under way.",
        "A row is 40 floats and its number.",
        "CURVE encrypts, and proves the server to its clients; it lets any client in.",
      ])
    for transport in Transport.allCases {
      let folder = try ScratchFolder()
      let echo = try EchoProcess(transport, folder: folder.path)
      var client = try EchoClient(echo)
      for size in Self.sizes {
        reporting.say("\(transport.rawValue), \(Figure.binary(size))")
        table.append(try row(transport, size, &client))
      }
    }
    try reporting.report("The wire", [table])
  }

  private func row(_ transport: Transport, _ size: Int, _ client: inout EchoClient) throws -> [String] {
    // Warm, and a first idea of how long a frame takes.
    let first = try client.roundTrips(byteCount: size, count: 50).median
    let tripCount = min(20_000, max(1000, Int(0.2 / first)))
    let frameCount = min(50_000, max(200, Int(0.4 / first)))
    var trips: [Double] = []
    var frames: [Double] = []
    for _ in 0..<reporting.rounds {
      trips += try client.roundTrips(byteCount: size, count: tripCount)
      frames.append(try client.secondsPerFrame(byteCount: size, count: frameCount, window: Self.window))
    }
    let bytes = Double(size)
    return [
      transport.rawValue, Figure.binary(size), Figure.short(trips.median * 1e6),
      Figure.short(trips.percentile(0.99) * 1e6), Figure.short(bytes / frames.median / 1e9),
      Figure.short(bytes / (frames.min() ?? 0) / 1e9),
      Figure.short(bytes / Double(Self.rowByteCount) / frames.median / 1e6), Figure.short(1 / frames.median),
    ]
  }
}
