package import Kernels

/// A gradient that touches some item rows and all dense weights: what one node of the reduction tree holds.
///
/// A class, since many of them live in one growing pool; whoever holds it owns it alone.
package final class SparseGradient {
  package let width: Int
  /// The touched rows, strictly ascending.
  package private(set) var rows: [UInt32] = []
  /// Their gradients, `[rows × width]` at the front of a buffer that only grows.
  private var storage: FloatBuffer
  package var dense: FloatBuffer

  package init(width: Int, denseCount: Int, rowCapacity: Int = 256) {
    self.width = width
    storage = FloatBuffer(count: rowCapacity * width)
    dense = FloatBuffer(count: denseCount)
    rows.reserveCapacity(rowCapacity)
  }

  package var rowCount: Int { rows.count }

  /// Lets `fill` write the touched rows, strictly ascending; the values are whatever was there and must be written
  /// next.
  package func setRows<Failure: Error>(_ fill: (inout [UInt32]) throws(Failure) -> Void) throws(Failure) {
    rows.removeAll(keepingCapacity: true)
    try fill(&rows)
    reserve(rows.count)
  }

  /// Makes this gradient touch `newRows`.
  package func setRows(_ newRows: Span<UInt32>) {
    rows.removeAll(keepingCapacity: true)
    rows.reserveCapacity(newRows.count)
    for index in newRows.indices { rows.append(newRows[index]) }
    reserve(rows.count)
  }

  /// Shows the values, `[rows × width]`, and the dense gradient.
  package func withValues<Result>(_ body: (_ values: Span<Float>, _ dense: Span<Float>) -> Result) -> Result {
    Self.show(storage, count: rows.count * width, dense, body)
  }

  /// Lends the values, `[rows × width]`, and the dense gradient for writing.
  package func withMutableValues<Result, Failure: Error>(
    _ body: (_ values: inout MutableSpan<Float>, _ dense: inout MutableSpan<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try Self.lend(&storage, count: rows.count * width, &dense, body)
  }

  private static func show<Result>(
    _ storage: borrowing FloatBuffer, count: Int, _ dense: borrowing FloatBuffer,
    _ body: (Span<Float>, Span<Float>) -> Result
  ) -> Result {
    body(storage.span.extracting(0..<count), dense.span)
  }

  private static func lend<Result, Failure: Error>(
    _ storage: inout FloatBuffer, count: Int, _ dense: inout FloatBuffer,
    _ body: (inout MutableSpan<Float>, inout MutableSpan<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var all = storage.mutableSpan
    var values = all._mutatingExtracting(0..<count)
    var denseSpan = dense.mutableSpan
    return try body(&values, &denseSpan)
  }

  private func reserve(_ rowCount: Int) {
    let needed = rowCount * width
    if storage.count < needed { storage = FloatBuffer(count: max(needed, 2 * storage.count)) }
  }

  /// Becomes `left + right`: a row that both touch is the left's value plus the right's, in this order; a row that
  /// one touches is copied, not added to zero.
  package func becomeSum(of left: SparseGradient, and right: SparseGradient) {
    precondition(left.width == width && right.width == width, "widths \(left.width), \(right.width), \(width)")
    rows.removeAll(keepingCapacity: true)
    reserve(left.rowCount + right.rowCount)
    Self.merge(left.rows.span, left.storage, right.rows.span, right.storage, width: width, into: &storage, rows: &rows)
    Self.add(left.dense, right.dense, into: &dense)
  }

  private static func merge(
    _ leftRows: Span<UInt32>, _ left: borrowing FloatBuffer, _ rightRows: Span<UInt32>, _ right: borrowing FloatBuffer,
    width: Int, into storage: inout FloatBuffer, rows: inout [UInt32]
  ) {
    var target = storage.mutableSpan
    mergeRows(leftRows, left.span, rightRows, right.span, width: width, into: &rows, &target)
  }

  private static func add(_ left: borrowing FloatBuffer, _ right: borrowing FloatBuffer, into out: inout FloatBuffer) {
    var target = out.mutableSpan
    addElements(left.span, right.span, into: &target)
  }
}

/// `out = left + right`, element by element.
private func addElements(_ left: Span<Float>, _ right: Span<Float>, into out: inout MutableSpan<Float>) {
  let count = out.count
  precondition(left.count == count && right.count == count, "\(left.count) + \(right.count) into \(count) floats")
  for index in 0..<count { out[index] = left[index] + right[index] }
}
