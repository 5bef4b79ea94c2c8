/// Texts by row, one behind the other in one run of bytes.
struct TextColumn: Sendable {
  /// Where each text begins, and where the last ends: `[count + 1]`.
  private(set) var offsets: [UInt64] = [0]
  private(set) var bytes: [UInt8] = []

  init() {}

  init(_ texts: [String]) {
    for text in texts { append(text) }
  }

  var count: Int { offsets.count - 1 }

  mutating func append(_ text: Span<UInt8>) {
    for index in text.indices { bytes.append(text[index]) }
    offsets.append(UInt64(bytes.count))
  }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    offsets.append(UInt64(bytes.count))
  }

  subscript(row: Int) -> Span<UInt8> {
    @_lifetime(borrow self)
    get { bytes.span.extracting(Int(offsets[row])..<Int(offsets[row + 1])) }
  }

  /// The texts of `rows`, in their order.
  func selecting(_ rows: [UInt32]) -> TextColumn {
    var selected = TextColumn()
    for row in rows { selected.append(self[Int(row)]) }
    return selected
  }

  /// These texts, then those of `others` that are not among them and are `wanted`, each once.
  func adding(_ others: TextColumn, where wanted: ([UInt8]) -> Bool) -> TextColumn {
    var all = self
    let order = order()
    var added: Set<[UInt8]> = []
    for row in 0..<others.count where self.row(of: others[row], in: order) == nil {
      let text = others[row]
      let bytes = text.indices.map { text[$0] }
      if wanted(bytes), added.insert(bytes).inserted { all.append(bytes.span) }
    }
    return all
  }

  /// The rows in the order of their texts' bytes: `[count]`.
  func order() -> [UInt32] {
    (0..<UInt32(count)).sorted { Self.precedes(self[Int($0)], self[Int($1)]) }
  }

  /// The row of a text, sought in `order`; nil where there is none.
  func row(of text: Span<UInt8>, in order: [UInt32]) -> UInt32? {
    var (first, end) = (0, order.count)
    while first < end {
      let middle = first + (end - first) / 2
      if Self.precedes(self[Int(order[middle])], text) { first = middle + 1 } else { end = middle }
    }
    guard first < order.count, Self.isEqual(self[Int(order[first])], text) else { return nil }
    return order[first]
  }

  static func precedes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index]
    }
    return left.count < right.count
  }

  static func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }
}
