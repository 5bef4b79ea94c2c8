/// `sums += Σ rows`, in the order of the rows: the gradient of a bias.
/// - Parameters:
///   - rows: `[count × width]`; each row may be read up to `PanelLayout.padded(width)` floats, whatever they are
///   - sums: `[width]` from `offset` on
package func sumRows(
  _ count: Int, of rows: Span<Float>, _ layout: RowLayout, width: Int, into sums: inout MutableSpan<Float>,
  at offset: Int
) {
  layout.check(count, of: PanelLayout.padded(width), in: rows.count)
  precondition(offset >= 0 && offset + width <= sums.count, "\(width) sums from \(offset) on in \(sums.count)")
  guard count > 0, width > 0 else { return }
  // Safety: the checks above bound every row, padded, and the sums.
  let rows = unsafe rows.address + layout.offset
  let sums = unsafe sums.address + offset
  var column = 0
  while column < width {
    if width - column > 8 {
      unsafe sumColumns(SIMD16.self, count, rows + column, layout.stride, sums + column, width - column)
      column += 16
    } else {
      unsafe sumColumns(SIMD8.self, count, rows + column, layout.stride, sums + column, width - column)
      column += 8
    }
  }
}

@inline(__always)
private func sumColumns<Columns: Line & SIMD>(
  _ columns: Columns.Type, _ count: Int, _ rows: UnsafePointer<Float>, _ stride: Int,
  _ sums: UnsafeMutablePointer<Float>,
  _ left: Int
) where Columns.Scalar == Float {
  // Safety: the caller has checked the rows and the sums.
  var total = unsafe Columns(at: sums, count: left)
  for row in 0..<count { total += unsafe Columns(at: rows + row * stride) }
  unsafe total.store(at: sums, count: left)
}
