import Glibc
import TestSupport
import Testing

@testable import SectionFile

@Suite struct SectionFileWriterTests {
  @Test func leavesNothingWhenItIsDropped() throws {
    let folder = try TemporaryFolder()
    do {
      var writer = try SectionFileWriter(path: folder.path("a.neumf"), kind: "test")
      try writer.write(section: "ids", [UInt32(1)].span)
      #expect(try folder.names == ["a.neumf.partial-\(getpid())"])
    }
    #expect(try folder.names == [])
  }

  @Test func replacesOnlyWhenItIsFinished() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a.neumf", Array("before".utf8))
    var writer = try SectionFileWriter(path: path, kind: "test")
    try writer.write(section: "ids", [UInt32(1)].span)
    #expect(try FileMap(path: path).byteCount == 6)
    try writer.finish(header: [])
    #expect(try SectionFile(path: path, kind: "test", verify: true).sections == ["ids"])
    #expect(try folder.names == ["a.neumf"])
  }

  @Test func namesTheFolderThatIsNotThere() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("absent/a.neumf")
    let error = #expect(throws: SectionFileError.self) { _ = try SectionFileWriter(path: path, kind: "test") }
    #expect(error?.problem == .system(call: "create", code: ENOENT))
    #expect(error?.description.contains("No such file or directory") == true)
  }

  @Test func namesAFullDisk() throws {
    let error = #expect(throws: SectionFileError.self) {
      var writer = try SectionFileWriter(
        descriptor: unsafe open("/dev/full", O_WRONLY), path: "/full/a.neumf", kind: "test")
      try writer.write(section: "many", [UInt8](repeating: 7, count: 3 << 20).span)
      try writer.finish(header: [])
    }
    #expect(error == SectionFileError(path: "/full/a.neumf", .system(call: "write", code: ENOSPC)))
    #expect(error?.description == "/full/a.neumf: write failed: No space left on device")
  }
}
