/// Cuts a line into fields at a separator; with quotes, as in RFC 4180: a quoted field may hold separators, newlines
/// and doubled quotes.
struct FieldSplitter {
  let separator: [UInt8]
  let hasQuotes: Bool
  /// Where each field begins and ends, in the line or, once a quote was met, in `unquoted`.
  private(set) var fields: [Range<Int>] = []
  private var unquoted: [UInt8] = []
  private var isUnquoted = false
  /// Where a line ended within a quoted field, and where in `unquoted` that field begins.
  private var open: (index: Int, start: Int)?
  private static let quote = UInt8(ascii: "\"")

  init(separator: [UInt8], hasQuotes: Bool) {
    precondition(!separator.isEmpty, "fields without a separator")
    self.separator = separator
    self.hasQuotes = hasQuotes
  }

  /// Cuts a line.
  /// - Returns: false where the line ends within a quoted field, so that the next line belongs to it
  mutating func split(_ line: Span<UInt8>) -> Bool {
    fields.removeAll(keepingCapacity: true)
    isUnquoted = false
    if hasQuotes {
      for index in line.indices where line[index] == Self.quote {
        unquoted.removeAll(keepingCapacity: true)
        isUnquoted = true
        return splitQuoted(line, from: 0, within: nil)
      }
    }
    var start = 0
    var index = 0
    while index < line.count {
      if line[index] == separator[0] && isSeparator(line, at: index) {
        fields.append(start..<index)
        index += separator.count
        start = index
      } else {
        index += 1
      }
    }
    fields.append(start..<line.count)
    return true
  }

  /// A field of the line that was cut last.
  @_lifetime(borrow self, copy line)
  func field(_ index: Int, of line: Span<UInt8>) -> Span<UInt8> {
    isUnquoted ? unquoted.span.extracting(fields[index]) : line.extracting(fields[index])
  }

  @inline(__always)
  private func isSeparator(_ line: Span<UInt8>, at index: Int) -> Bool {
    guard separator.count > 1 else { return true }
    guard index + separator.count <= line.count else { return false }
    for place in 1..<separator.count where line[index + place] != separator[place] { return false }
    return true
  }

  /// Goes on where `split` met the end of the line within a quoted field, so that a record of many lines is read once.
  /// - Parameter line: begins with the line that was cut last
  mutating func resume(_ line: Span<UInt8>) -> Bool {
    guard let open else { preconditionFailure("a record goes on whose fields are whole") }
    return splitQuoted(line, from: open.index, within: open.start)
  }

  /// - Parameter field: where in `unquoted` the quoted field begins within which `first` stands
  private mutating func splitQuoted(_ line: Span<UInt8>, from first: Int, within field: Int?) -> Bool {
    var index = first
    var field = field
    open = nil
    while true {
      let start = field ?? unquoted.count
      if field == nil, index < line.count, line[index] == Self.quote {
        index += 1
        field = start
      }
      if field != nil {
        field = nil
        while true {
          guard index < line.count else {
            open = (index, start)
            return false
          }
          if line[index] == Self.quote {
            index += 1
            guard index < line.count, line[index] == Self.quote else { break }
          }
          unquoted.append(line[index])
          index += 1
        }
      }
      // What follows a closing quote up to the separator is taken as it stands, as most readers do.
      while index < line.count, !(line[index] == separator[0] && isSeparator(line, at: index)) {
        unquoted.append(line[index])
        index += 1
      }
      fields.append(start..<unquoted.count)
      guard index < line.count else { return true }
      index += separator.count
    }
  }
}

extension FieldSplitter {
  /// Limit: a quoted field over more text than this has lost its closing quote.
  private static let longestQuotedRecord = 1 << 16

  /// Cuts the record at which a reader stands, joining the lines over which a quoted field goes.
  /// - Returns: false where the field has no end
  mutating func split(recordOf reader: inout LineReader) throws(DatasetError) -> Bool {
    var isWhole = split(reader.line)
    while !isWhole {
      guard reader.line.count < Self.longestQuotedRecord, try reader.extend() else { return false }
      isWhole = resume(reader.line)
    }
    return true
  }
}
