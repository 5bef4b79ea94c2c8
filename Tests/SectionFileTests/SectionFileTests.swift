import Glibc
import TestSupport
import Testing

@testable import SectionFile

@Suite struct SectionFileTests {
  private let ids: [UInt32] = [3, 1, 4, 1, 5, 9, 2, 6]
  private let weights: [Float] = [0.5, -2, .infinity]
  private let header: [UInt8] = Array(#"{"users":3}"#.utf8)

  private func write(to path: String, kind: String = "test") throws {
    var writer = try SectionFileWriter(path: path, kind: kind)
    try writer.write(section: "ids", ids.span)
    try writer.write(section: "nothing", [UInt64]().span)
    try writer.begin(section: "weights")
    for weight in weights { try writer.append([weight].span) }
    try writer.finish(header: header)
  }

  private func contents(_ path: String) throws -> [UInt8] {
    let map = try FileMap(path: path)
    return unsafe Array(map.memory)
  }

  /// Whether the file reads as what was written; throws what opening it throws.
  private func readsAsWritten(_ path: String) throws -> Bool {
    let file = try SectionFile(path: path, kind: "test", verify: true)
    let same = unsafe try file.header == header && file.values(of: "ids", as: UInt32.self).elementsEqual(ids)
    return unsafe try same && file.values(of: "weights", as: Float.self).elementsEqual(weights)
  }

  @Test func readsBackWhatWasWritten() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.neumf")
    try write(to: path)
    let file = try SectionFile(path: path, kind: "test", verify: true)
    #expect(file.sections == ["ids", "nothing", "weights"])
    #expect(try readsAsWritten(path))
    let nothing = unsafe try file.section("nothing").count
    #expect(nothing == 0)
    let span = try file.span(of: "weights", as: Float.self)
    #expect(span.count == 3 && span[1] == -2)
    for name in file.sections where name != "nothing" {
      let address = unsafe Int(bitPattern: try file.section(name).baseAddress)
      #expect(address % 64 == 0, "\(name)")
    }
  }

  @Test func readsSectionsLargerThanTheBuffer() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("large.neumf")
    let many = (0..<700_000).map { UInt32($0) &* 2_654_435_761 }
    var writer = try SectionFileWriter(path: path, kind: "test")
    try writer.write(section: "few", ids.span)
    try writer.write(section: "many", many.span)
    try writer.write(section: "rest", ids.span)
    try writer.finish(header: [])
    let file = try SectionFile(path: path, kind: "test", verify: true)
    let sameMany = unsafe try file.values(of: "many", as: UInt32.self).elementsEqual(many)
    let sameRest = unsafe try file.values(of: "rest", as: UInt32.self).elementsEqual(ids)
    #expect(sameMany && sameRest)
  }

  @Test func namesEveryTruncation() throws {
    let folder = try TemporaryFolder()
    try write(to: folder.path("whole"))
    let whole = try contents(folder.path("whole"))
    for count in 0..<whole.count {
      let error = try #require(throws: SectionFileError.self) {
        try readsAsWritten(folder.write("cut", whole.prefix(count)))
      }
      guard case .truncated = error.problem else {
        Issue.record("\(count) bytes of \(whole.count): \(error)")
        return
      }
    }
    let longer = #expect(throws: SectionFileError.self) { try readsAsWritten(folder.write("long", whole + [0])) }
    #expect(longer?.problem == .trailingBytes(expected: UInt64(whole.count), found: UInt64(whole.count + 1)))
  }

  @Test func namesEveryFlippedByte() throws {
    let folder = try TemporaryFolder()
    try write(to: folder.path("whole"))
    let whole = try contents(folder.path("whole"))
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= 0x41
      let path = try folder.write("flipped", bytes)
      let error = try #require(throws: SectionFileError.self, "byte \(index)") { try readsAsWritten(path) }
      #expect(error.path == path && (error.section != nil || error.problem == .foreign), "byte \(index): \(error)")
    }
  }

  @Test func namesTheDamagedSection() throws {
    let folder = try TemporaryFolder()
    try write(to: folder.path("whole"))
    var bytes = try contents(folder.path("whole"))
    bytes[64 + 5] ^= 1
    let path = try folder.write("flipped", bytes)
    let error = #expect(throws: SectionFileError.self) { try SectionFile(path: path, kind: "test", verify: true) }
    #expect(error == SectionFileError(path: path, section: "ids", .checksumMismatch))
    #expect(error?.description == "\(path): section \"ids\": damaged: its checksum does not match")
    #expect(throws: Never.self) { try SectionFile(path: path, kind: "test", verify: false) }
  }

  @Test func refusesOtherFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.neumf")
    try write(to: path, kind: "model")
    #expect(failure(path)?.problem == .wrongKind(expected: "test", found: "model"))
    #expect(failure(folder.path("absent"))?.problem == .missing)
    #expect(failure(folder.path(""))?.problem == .system(call: "open", code: EISDIR))
    #expect(failure(try folder.write("text", Array("1::2::3::4\n".utf8)))?.problem == .foreign)
    var newer = try contents(path)
    newer[8] = 2
    newer.replaceSubrange(60..<64, with: Checksum.of(Array(newer[..<60])).littleEndianBytes)
    #expect(failure(try folder.write("newer", newer))?.problem == .newerVersion(found: 2, readable: 1))
  }

  @Test func refusesATableThatLies() throws {
    let folder = try TemporaryFolder()
    try write(to: folder.path("whole"))
    let whole = try contents(folder.path("whole"))
    let table = whole.count - header.count - 3 * 64
    /// The file with `change` made to its table, and every checksum right.
    func changed(_ change: (inout [UInt8]) -> Void) throws -> String {
      var bytes = whole
      change(&bytes)
      bytes.replaceSubrange(52..<56, with: Checksum.of(Array(bytes[table..<table + 192])).littleEndianBytes)
      bytes.replaceSubrange(60..<64, with: Checksum.of(Array(bytes[..<60])).littleEndianBytes)
      return try folder.write("lie", bytes)
    }
    let lies: [(String, (inout [UInt8]) -> Void)] = [
      (
        "a byte count beyond the file",
        { $0.replaceSubrange(table + 48..<table + 56, with: UInt64.max.littleEndianBytes) }
      ),
      (
        "an offset beyond the file", { $0.replaceSubrange(table + 40..<table + 48, with: UInt64.max.littleEndianBytes) }
      ),
      ("an overlap", { $0.replaceSubrange(table + 104..<table + 112, with: UInt64(64).littleEndianBytes) }),
      ("two of one name", { $0.replaceSubrange(table + 64..<table + 71, with: Array("ids\0\0\0\0".utf8)) }),
      ("no name", { $0.replaceSubrange(table..<table + 3, with: [0, 0, 0]) }),
    ]
    for (name, lie) in lies {
      let path = try changed(lie)
      #expect(failure(path)?.section == "table", "\(name)")
    }
    let counts: [UInt32] = [4, 5000, .max]
    for count in counts {
      let path = try changed { $0.replaceSubrange(12..<16, with: count.littleEndianBytes) }
      #expect(failure(path) != nil, "\(count) sections")
    }
  }

  @Test func refusesSectionsThatAreNotThere() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.neumf")
    try write(to: path)
    let file = try SectionFile(path: path, kind: "test", verify: false)
    let absent = #expect(throws: SectionFileError.self) { _ = unsafe try file.section("titles") }
    #expect(absent?.problem == .noSuchSection && absent?.section == "titles")
    let uneven = #expect(throws: SectionFileError.self) { _ = unsafe try file.values(of: "weights", as: UInt64.self) }
    #expect(uneven?.problem == .unevenSection(byteCount: 12, stride: 8))
  }

  private func failure(_ path: String) -> SectionFileError? {
    do {
      _ = try SectionFile(path: path, kind: "test", verify: true)
      return nil
    } catch {
      return error
    }
  }
}

extension FixedWidthInteger {
  fileprivate var littleEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}
