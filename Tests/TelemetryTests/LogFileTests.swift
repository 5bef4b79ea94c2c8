import Foundation
import Logging
import Telemetry
import TestSupport
import Testing

struct LogFileTests {
  @Test func aMessageIsALineInTheFileOfItsRole() throws {
    let scratch = try TemporaryFolder()
    var logger = try LogFile.logger(run: scratch.path, role: "worker", index: 3)
    logger[metadataKey: "shard"] = "7"
    logger.info("joined", metadata: ["endpoint": "tcp://127.0.0.1:1", "bytes": "12"])
    logger.debug("too fine to be written")
    logger.warning("slow")
    let lines = try scratch.text("log/worker-3.log").split(separator: "\n").map(String.init)
    #expect(lines.count == 2)
    #expect(lines[0].hasSuffix("Z INFO worker-3 joined bytes=12 endpoint=tcp://127.0.0.1:1 shard=7"))
    #expect(lines[1].hasSuffix("Z WARNING worker-3 slow shard=7"))
    let time = try #require(lines[0].split(separator: " ").first)
    let parsed = try Date(String(time), strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    #expect(abs(parsed.timeIntervalSinceNow) < 600)
  }

  @Test func aSecondProcessGoesOnInTheSameFile() throws {
    let scratch = try TemporaryFolder()
    try LogFile.logger(run: scratch.path, role: "server", index: 0).error("first")
    try LogFile.logger(run: scratch.path, role: "server", index: 0).error("second")
    #expect(try scratch.text("log/server-0.log").split(separator: "\n").count == 2)
  }

  @Test func linesFromManyThreadsStayWhole() async throws {
    let scratch = try TemporaryFolder()
    let logger = try LogFile.logger(run: scratch.path, role: "coordinator", index: 0)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask { for line in 0..<50 { logger.info("from \(task)", metadata: ["line": "\(line)"]) } }
      }
    }
    let lines = try scratch.text("log/coordinator-0.log").split(separator: "\n")
    #expect(lines.count == 400)
    #expect(lines.allSatisfy { $0.contains(" INFO coordinator-0 from ") && $0.contains(" line=") })
  }

  @Test func whatWouldBreakALineDoesNot() {
    let line = LogFile.line(
      time: "T", level: .notice, role: "worker", message: "two\nlines\r\nand more",
      metadata: ["b": "has space", "a": "", "c": "say \"no\""])
    #expect(line == "T NOTICE worker two lines and more a=\"\" b=\"has space\" c=\"say 'no'\"\n")
  }

  @Test func aRunThatCannotBeWrittenIsAnError() throws {
    let scratch = try TemporaryFolder()
    try Data().write(to: URL(filePath: scratch.path("log")))
    #expect(throws: TelemetryError.self) { try LogFile.logger(run: scratch.path, role: "worker", index: 0) }
  }
}
