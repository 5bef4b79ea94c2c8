import Foundation
import Telemetry
import TestSupport
import Testing

struct EventsFileTests {
  @Test func aRecordIsLengthChecksumDataChecksum() {
    let data: [UInt8] = [1, 2, 3]
    let record = RecordLayout.framed(data)
    #expect(record.count == 8 + 4 + 3 + 4)
    #expect(Array(record[..<8]) == [3, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[12..<15]) == data)
    func word(_ offset: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(record[offset + $1]) << ($1 * 8) } }
    #expect(word(8) == CRC32C.masked(record[..<8]))
    #expect(word(15) == CRC32C.masked(data))
  }

  @Test func theFileOpensWithItsVersionAndHoldsTheTags() throws {
    let scratch = try TemporaryFolder()
    let file = try EventsFile(run: scratch.path, epochs: [.sample(1)], topK: 10)
    try file.append(.sample(2))
    let name = try #require(try scratch.names.first)
    #expect(name.hasPrefix("events.out.tfevents."))
    let bytes = try Data(contentsOf: URL(filePath: scratch.path(name)))
    let first = try #require(bytes.range(of: Data("brain.Event:2".utf8)))
    #expect(first.lowerBound < 40)
    for tag in ["loss", "HR@10", "NDCG@10", "samples/s"] {
      #expect(bytes.range(of: Data(tag.utf8)) != nil, "\(tag)")
    }
  }

  @Test func aRunThatGoesOnReplacesTheFileFromBefore() throws {
    let scratch = try TemporaryFolder()
    try Data([1]).write(to: URL(filePath: scratch.path("events.out.tfevents.0000000001.host")))
    try Data([2]).write(to: URL(filePath: scratch.path("metrics.jsonl")))
    _ = try EventsFile(run: scratch.path, epochs: [], topK: 10)
    let names = try scratch.names
    #expect(names.count == 2)
    #expect(names.contains("metrics.jsonl") && !names.contains("events.out.tfevents.0000000001.host"))
  }
}
