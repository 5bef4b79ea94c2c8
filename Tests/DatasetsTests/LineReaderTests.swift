import CZlib
import TestSupport
import Testing

@testable import Datasets

/// Writes a gzip file.
func gzip(_ bytes: [UInt8], to path: String) {
  // Safety: the file is open until gzclose, and zlib reads exactly the bytes of the array.
  let file = unsafe gzopen(path, "wb")
  _ = unsafe bytes.withUnsafeBytes { unsafe gzwrite(file, $0.baseAddress, UInt32($0.count)) }
  unsafe gzclose(file)
}

@Suite struct LineReaderTests {
  private func lines(_ path: String) throws -> [String] {
    var reader = try LineReader.open(path) { _ in }
    var lines: [String] = []
    while try reader.advance() {
      #expect(reader.lineNumber == lines.count + 1)
      let line = reader.line
      lines.append(String(decoding: line.indices.map { line[$0] }, as: UTF8.self))
    }
    return lines
  }

  @Test(
    arguments: [
      ("a\nb\n", ["a", "b"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]), ("\n", [""]),
      ("a\n\nb\n\n", ["a", "", "b", ""]),
      ("a", ["a"]), ("\u{FEFF}a\nb", ["a", "b"]), ("a\r", ["a"]), ("\r\n", [""]),
    ] as [(String, [String])])
  func findsLines(text: String, expected: [String]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("lines", text.utf8)
    #expect(try lines(path) == expected)
    gzip(Array(text.utf8), to: folder.path("lines.gz"))
    #expect(try lines(folder.path("lines.gz")) == expected)
  }

  @Test func findsLinesAcrossPieces() throws {
    let folder = try TemporaryFolder()
    let expected = (0..<30).map { String(repeating: Character(Unicode.Scalar(UInt8(65 + $0))), count: 99_991 + $0) }
    let path = try folder.write("long", expected.joined(separator: "\n").utf8)
    #expect(try lines(path) == expected)
  }

  @Test func joinsLinesOnRequest() throws {
    let folder = try TemporaryFolder()
    var reader = try LineReader.open(folder.write("lines", "a\r\nb\nc".utf8)) { _ in }
    #expect(try reader.advance())
    #expect(try reader.extend())
    let joined = (0..<reader.line.count).map { reader.line[$0] }
    #expect(joined == Array("a\r\nb".utf8) && reader.lineNumber == 1)
    #expect(try reader.advance())
    #expect(reader.lineNumber == 3)
    #expect(try !reader.extend())
    #expect(try !reader.advance())
  }

  @Test func saysWhatCannotBeRead() throws {
    let folder = try TemporaryFolder()
    func failure(_ path: String) -> DatasetError? {
      #expect(throws: DatasetError.self) { _ = try lines(path) }
    }
    #expect(failure(folder.path("absent"))?.kind == .missing)
    #expect(failure(folder.path(""))?.problem == "a folder, not a file")
    #expect(failure(try folder.write("empty", []))?.problem == "an empty file")
    #expect(
      failure(try folder.write("binary", [1, 0, 2]))?.problem == "a binary file, where lines of text were expected")
    let endless = try folder.write("endless", repeatElement(65, count: (1 << 20) + (2 << 20)))
    #expect(failure(endless)?.line == 1)
  }

  @Test func saysWhereGzipIsDamaged() throws {
    let folder = try TemporaryFolder()
    let text = (0..<20_000).map { "\($0 &* 2_654_435_761 % 10_007)\n" }.joined()
    gzip(Array(text.utf8), to: folder.path("whole.gz"))
    let bytes = try folder.read("whole.gz")
    let cut = try folder.write("cut.gz", bytes.prefix(bytes.count / 2))
    let short = #expect(throws: DatasetError.self) { _ = try lines(cut) }
    #expect(short?.problem == "damaged gzip data: cut off")
    var flipped = bytes
    flipped[bytes.count / 2] ^= 0xFF
    let path = try folder.write("flipped.gz", flipped)
    let damaged = #expect(throws: DatasetError.self) { _ = try lines(path) }
    #expect(damaged?.problem.hasPrefix("damaged gzip data") == true)
  }

  @Test func stopsWhenItsReportThrows() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("lines", "a\nb\n".utf8)
    let stop = DatasetError(.interrupted, path: path, "stopped")
    let error = #expect(throws: DatasetError.self) {
      _ = try LineReader.open(path) { _ throws(DatasetError) in throw stop }
    }
    #expect(error == stop)
  }
}
