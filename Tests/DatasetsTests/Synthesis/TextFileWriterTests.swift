import TestSupport
import Testing

@testable import Datasets

@Suite struct TextFileWriterTests {
  @Test func writesNumbersAndLines() throws {
    let folder = try TemporaryFolder()
    var file = try TextFileWriter(path: folder.path("a.txt"))
    let wasEmpty = file.isEmpty
    for number in [0, 7, 10, 99, 100, 1_234_567_890_123] {
      file.append(number: number)
      file.append(0x3A)
    }
    file.append("é")
    try file.endLine()
    let isEmpty = file.isEmpty
    #expect(wasEmpty && !isEmpty)
    try file.finish()
    #expect(try folder.read("a.txt") == Array("0:7:10:99:100:1234567890123:é\n".utf8))
    #expect(try folder.names == ["a.txt"])
  }

  @Test func writesMoreThanItsBuffer() throws {
    let folder = try TemporaryFolder()
    var file = try TextFileWriter(path: folder.path("a.txt"))
    let line = String(repeating: "x", count: 1000)
    for _ in 0..<2500 {
      file.append(line)
      try file.endLine()
    }
    try file.finish()
    #expect(try folder.read("a.txt").count == 2500 * 1001)
  }

  @Test func leavesNothingWhenItIsDropped() throws {
    let folder = try TemporaryFolder()
    do {
      var file = try TextFileWriter(path: folder.path("a.txt"))
      file.append("x")
      #expect(try folder.names.count == 1)
    }
    #expect(try folder.names == [])
  }

  @Test func namesWhatCannotBeWritten() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: DatasetError.self) { _ = try TextFileWriter(path: folder.path("absent/a.txt")) }
    #expect(error?.kind == .unwritable && error?.problem.contains("No such file or directory") == true)
  }
}
