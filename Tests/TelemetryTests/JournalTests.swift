import Foundation
import Telemetry
import TestSupport
import Testing

struct JournalTests {
  @Test func whatWasWrittenLastIsReadByAnother() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path("list.json")
    let journal = Journal<String>(path: path)
    #expect(try journal.read() == [])
    try journal.write(["first"])
    try journal.write(["first", "second"])
    #expect(try Journal<String>(path: path).read() == ["first", "second"])
    #expect(!FileManager.default.fileExists(atPath: path + ".new"))
  }

  @Test func aDamagedListIsNamed() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path("list.json")
    try Data("[\"first\"".utf8).write(to: URL(filePath: path))
    let error = #expect(throws: TelemetryError.self) { try Journal<String>(path: path).read() }
    #expect("\(try #require(error))".contains("list.json"))
  }
}
