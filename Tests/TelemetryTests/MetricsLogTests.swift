import Foundation
import Telemetry
import TestSupport
import Testing

struct MetricsLogTests {
  private func line(_ epoch: Int, _ step: Int) -> MetricsLine {
    MetricsLine(time: 1_700_000_000, epoch: epoch, step: step, loss: 0.25, samplesPerSecond: 1e6)
  }

  @Test func eachLineIsAnObjectAtOnce() throws {
    let scratch = try TemporaryFolder()
    let log = try MetricsLog(path: scratch.path("metrics.jsonl"))
    try log.append(line(1, 10))
    #expect(
      try scratch.text("metrics.jsonl")
        == "{\"epoch\":1,\"loss\":0.25,\"samplesPerSecond\":1000000,\"step\":10,\"time\":1700000000}\n")
    try log.append(
      MetricsLine(time: 1, epoch: 1, step: 20, loss: .nan, samplesPerSecond: 2, hitRatio: 0.5, ndcg: 0.25))
    let last = try #require(try scratch.text("metrics.jsonl").split(separator: "\n").last)
    #expect(last == "{\"epoch\":1,\"hitRatio\":0.5,\"ndcg\":0.25,\"samplesPerSecond\":2,\"step\":20,\"time\":1}")
  }

  @Test func aRunThatGoesOnDropsWhatItWillDoAgain() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path("metrics.jsonl")
    do {
      let log = try MetricsLog(path: path)
      for epoch in 1...3 { try log.append(line(epoch, 5)) }
    }
    let whole = try scratch.text("metrics.jsonl")
    try Data((whole + "{\"epoch\":2,\"lo").utf8).write(to: URL(filePath: path))
    do {
      let log = try MetricsLog(path: path, resumingAfter: 2)
      try log.append(line(3, 1))
    }
    let decoder = JSONDecoder()
    let lines = try scratch.text("metrics.jsonl").split(separator: "\n").map {
      try decoder.decode(MetricsLine.self, from: Data($0.utf8))
    }
    #expect(lines == [line(1, 5), line(2, 5), line(3, 1)])
  }

  @Test func aNewRunBeginsEmpty() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path("metrics.jsonl")
    do { try MetricsLog(path: path).append(line(1, 1)) }
    _ = try MetricsLog(path: path)
    #expect(try scratch.text("metrics.jsonl") == "")
  }

  @Test func aRunThatGoesOnNeedsNoFileFromBefore() throws {
    let scratch = try TemporaryFolder()
    try MetricsLog(path: scratch.path("metrics.jsonl"), resumingAfter: 4).append(line(5, 0))
    #expect(try scratch.text("metrics.jsonl").contains("\"epoch\":5"))
  }
}
