import Plan

/// Gives raw ids, numbers or texts, rows in the order in which they first appear.
struct IDBook: ~Copyable {
  /// What the ids of a file are.
  enum Form: Sendable {
    /// Any text. Where all are numbers, rows follow the numbers at the end; otherwise they stay as they first appeared.
    case raw
    /// The rows themselves.
    case rows
  }

  let form: Form
  private var numbers = NumberTable()
  private var texts = TextIndex()
  private var ids = TextColumn()
  private var hasTexts = false
  private var givenCount = 0

  /// Limit: given rows beyond it would make us allocate tables for rows that no file fills; four times the largest
  /// public data set.
  static let mostGivenRows: UInt64 = 1 << 27

  init(_ form: Form) { self.form = form }

  var count: Int { form == .rows ? givenCount : ids.count }

  /// Whether a text can be an id.
  @inline(__always)
  func accepts(_ id: Span<UInt8>) -> Bool {
    switch form {
    case .raw: !id.isEmpty
    case .rows: FieldText.number(id).map { $0 < Self.mostGivenRows } ?? false
    }
  }

  /// The row of an id; nil where it cannot be one.
  @inline(__always)
  mutating func row(of id: Span<UInt8>) -> Row? {
    if let number = FieldText.number(id), id.count == 1 || id[0] != 0x30 { return row(ofNumber: number, id) }
    guard form == .raw, !id.isEmpty else { return nil }
    let row = texts.row(of: id, in: ids, orNew: UInt32(ids.count))
    if Int(row) == ids.count {
      ids.append(id)
      hasTexts = true
    }
    return Row(rawValue: row)
  }

  /// The row of an id that is a number, written as `id`.
  @inline(__always)
  mutating func row(ofNumber number: UInt64, _ id: Span<UInt8>) -> Row? {
    if form == .rows {
      guard number < Self.mostGivenRows else { return nil }
      givenCount = max(givenCount, Int(number) + 1)
      return Row(rawValue: UInt32(number))
    }
    let row = numbers.row(of: number, orNew: UInt32(ids.count))
    if Int(row) == ids.count { ids.append(id) }
    return Row(rawValue: row)
  }

  /// Whether given rows are as many as data of `interactions` can be about. Limit: rows are dense, but a sample of a
  /// data set leaves most of its rows out; a million of them cost a hundred megabytes, and are the least.
  func isFilled(by interactions: Int) -> Bool { form == .raw || givenCount <= max(1 << 20, 64 * interactions) }

  /// The ids by row, and, where rows have to follow the numbers, the new row of each old one: `[count]`.
  consuming func finish() -> (ids: TextColumn, newRows: [UInt32]?) {
    if form == .rows {
      var given = TextColumn()
      for row in 0..<givenCount { given.append(String(row)) }
      return (given, nil)
    }
    guard !hasTexts else { return (ids, nil) }
    let values = (0..<ids.count).map { FieldText.number(ids[$0]) ?? 0 }
    let order = (0..<UInt32(values.count)).sorted { values[Int($0)] < values[Int($1)] }
    var newRows = [UInt32](repeating: 0, count: values.count)
    for (new, old) in order.enumerated() { newRows[Int(old)] = UInt32(new) }
    return (ids.selecting(order), newRows)
  }
}
