import Glibc

/// A section file, mapped into memory and read only. Everything it says of itself is checked before it is used, so that
/// any bytes end in a value or in a named error. It relies on the file not being shortened while it is open, which
/// writers that rename keep.
@safe
package final class SectionFile: Sendable {
  package let path: String
  /// The caller's own header, as it was given to the writer.
  package let header: [UInt8]
  private let entries: [SectionFileEntry]
  // Safety: mapped in init, unmapped in deinit, read only in between.
  private let map: FileMap

  /// - Parameters:
  ///   - kind: what the file must hold
  ///   - verify: whether to read every section once and compare its checksum; table and header are always compared
  package init(path: String, kind: String, verify: Bool) throws(SectionFileError) {
    self.path = path
    let map = try FileMap(path: path)
    let prologue = try Self.prologue(of: map, kind: kind)
    entries = try Self.table(of: map, prologue)
    header = try Self.header(of: map, prologue)
    self.map = map
    if verify { try verifySections() }
  }

  /// The names of the sections, in the order of the file.
  package var sections: [String] { entries.map(\.name) }

  /// Tells files of different sections apart, whatever their headers say: an FNV-1a hash of the sections' checksums.
  package var contentHash: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for entry in entries {
      for part in [UInt64(entry.checksum), entry.byteCount] { hash = (hash ^ part) &* 0x100_0000_01b3 }
    }
    return hash
  }

  package func contains(_ name: String) -> Bool { entries.contains { $0.name == name } }

  /// A section's bytes; they begin at a multiple of 64 and are valid while this object lives.
  package func section(_ name: String) throws(SectionFileError) -> UnsafeRawBufferPointer {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw SectionFileError(path: path, section: name, .noSuchSection)
    }
    // Safety: the table's offsets were checked against the file when it was opened.
    return unsafe UnsafeRawBufferPointer(rebasing: map.memory[Int(entry.offset)..<Int(entry.offset + entry.byteCount)])
  }

  /// A section's values; they are valid while this object lives. Throws when the bytes are no whole number of values.
  package func values<Value: BitwiseCopyable>(
    of name: String, as _: Value.Type
  ) throws(SectionFileError) -> UnsafeBufferPointer<Value> {
    let bytes = unsafe try section(name)
    precondition(MemoryLayout<Value>.alignment <= SectionFileLayout.alignment, "values aligned beyond a section")
    guard bytes.count % MemoryLayout<Value>.stride == 0 else {
      throw SectionFileError(
        path: path, section: name, .unevenSection(byteCount: bytes.count, stride: MemoryLayout<Value>.stride))
    }
    // Safety: aligned, whole, never written, and any bits are a value of a bitwise-copyable number.
    return unsafe bytes.bindMemory(to: Value.self)
  }

  /// The same, bound to the borrow of this object.
  @_lifetime(borrow self)
  package func span<Value: BitwiseCopyable>(
    of name: String, as type: Value.Type
  ) throws(SectionFileError) -> Span<Value> {
    // Safety: the span borrows self, which keeps the mapping.
    let values = unsafe try values(of: name, as: type)
    return unsafe _overrideLifetime(Span(_unsafeElements: values), borrowing: self)
  }

  /// Compares the checksum of every section, and looks that nothing stands between them; throws naming the first that
  /// differs.
  package func verifySections() throws(SectionFileError) {
    for entry in entries {
      guard map.checksum(from: Int(entry.offset), count: Int(entry.byteCount)) == entry.checksum else {
        throw SectionFileError(path: path, section: entry.name, .checksumMismatch)
      }
      let end = entry.offset + entry.byteCount
      for index in Int(end)..<Int(SectionFileLayout.aligned(end)) where map.byte(at: index) != 0 {
        throw SectionFileError(path: path, section: entry.name, .inconsistent("bytes behind its end"))
      }
    }
  }

  private static func prologue(of map: borrowing FileMap, kind: String) throws(SectionFileError) -> SectionFilePrologue
  {
    let path = map.path
    let found = UInt64(map.byteCount)
    let shared = min(map.byteCount, SectionFileLayout.magic.count)
    for index in 0..<shared where map.byte(at: index) != SectionFileLayout.magic[index] {
      throw SectionFileError(path: path, .foreign)
    }
    guard map.byteCount >= SectionFileLayout.prologueByteCount else {
      throw SectionFileError(
        path: path, .truncated(expected: UInt64(SectionFileLayout.prologueByteCount), found: found))
    }
    var cursor = SectionFileCursor(map.bytes, at: SectionFileLayout.magic.count)
    let version = cursor.number(UInt32.self)
    let sectionCount = cursor.number(UInt32.self)
    let foundKind = cursor.text(SectionFileLayout.longestKind)
    let prologue = SectionFilePrologue(
      version: version, sectionCount: sectionCount, kind: foundKind ?? "?", tableOffset: cursor.number(UInt64.self),
      headerByteCount: cursor.number(UInt64.self), headerChecksum: cursor.number(UInt32.self),
      tableChecksum: cursor.number(UInt32.self))
    let checked = SectionFileLayout.prologueByteCount - 4
    cursor = SectionFileCursor(map.bytes, at: checked)
    guard cursor.number(UInt32.self) == map.checksum(from: 0, count: checked) else {
      throw SectionFileError(path: path, section: "prologue", .checksumMismatch)
    }
    guard version <= SectionFileLayout.version else {
      throw SectionFileError(path: path, .newerVersion(found: version, readable: SectionFileLayout.version))
    }
    guard prologue.kind == kind else {
      throw SectionFileError(path: path, .wrongKind(expected: kind, found: prologue.kind))
    }
    let (tableEnd, tableOverflows) = prologue.tableOffset.addingReportingOverflow(
      UInt64(sectionCount) * UInt64(SectionFileLayout.entryByteCount))
    let (end, overflows) = tableEnd.addingReportingOverflow(prologue.headerByteCount)
    guard !tableOverflows, !overflows, Int(sectionCount) <= SectionFileLayout.mostSections else {
      throw SectionFileError(path: path, section: "prologue", .inconsistent("sizes beyond any file"))
    }
    guard found >= end else { throw SectionFileError(path: path, .truncated(expected: end, found: found)) }
    guard found == end else { throw SectionFileError(path: path, .trailingBytes(expected: end, found: found)) }
    return prologue
  }

  /// The table, whose sections must follow one another without overlap, each at the next multiple of 64.
  private static func table(
    of map: borrowing FileMap, _ prologue: SectionFilePrologue
  ) throws(SectionFileError) -> [SectionFileEntry] {
    func damaged(_ what: String) -> SectionFileError {
      SectionFileError(path: map.path, section: "table", .inconsistent(what))
    }
    let start = Int(prologue.tableOffset)
    let byteCount = Int(prologue.sectionCount) * SectionFileLayout.entryByteCount
    guard map.checksum(from: start, count: byteCount) == prologue.tableChecksum else {
      throw SectionFileError(path: map.path, section: "table", .checksumMismatch)
    }
    var cursor = SectionFileCursor(map.bytes, at: start)
    var entries: [SectionFileEntry] = []
    var next = UInt64(SectionFileLayout.prologueByteCount)
    for _ in 0..<prologue.sectionCount {
      guard let name = cursor.text(SectionFileLayout.longestName), !name.isEmpty else {
        throw damaged("a section without a name")
      }
      let entry = SectionFileEntry(
        name: name, offset: cursor.number(UInt64.self), byteCount: cursor.number(UInt64.self),
        checksum: cursor.number(UInt32.self))
      guard cursor.number(UInt32.self) == 0 else { throw damaged("reserved bytes are set") }
      guard entry.offset == next, entry.byteCount <= prologue.tableOffset,
        next + entry.byteCount <= prologue.tableOffset
      else { throw damaged("section \"\(name)\" lies outside its place") }
      guard !entries.contains(where: { $0.name == name }) else { throw damaged("two sections \"\(name)\"") }
      next = SectionFileLayout.aligned(entry.offset + entry.byteCount)
      entries.append(entry)
    }
    guard next == prologue.tableOffset else {
      throw damaged("the sections end at \(next), the table begins at \(start)")
    }
    return entries
  }

  private static func header(
    of map: borrowing FileMap, _ prologue: SectionFilePrologue
  ) throws(SectionFileError) -> [UInt8] {
    let count = Int(prologue.headerByteCount)
    let start = map.byteCount - count
    guard map.checksum(from: start, count: count) == prologue.headerChecksum else {
      throw SectionFileError(path: map.path, section: "header", .checksumMismatch)
    }
    // Safety: copied here, while the map lives.
    return unsafe Array(map.memory[start..<start + count])
  }
}
