/// `C = 1·bias + A·B`: rows of `[rows × inner]` times a packed `[inner × columns]` matrix.
///
/// Every element is its bias, then `inner` multiply-adds in order, whatever row it stands in and whatever stands
/// beside it.
/// - Parameters:
///   - b: the buffer in which the matrix stands as `matrix` says
///   - c: exactly `columns` floats of each row are written, or `PanelLayout.padded(columns)` where rows have room for
///     `padding`
package func multiplyRows(
  _ rows: Int, of a: Span<Float>, _ aRows: RowLayout, by b: Span<Float>, _ matrix: PanelLayout,
  into c: inout MutableSpan<Float>, _ cRows: RowLayout, padding: Bool = false
) {
  aRows.check(rows, of: matrix.inner, in: a.count)
  cRows.check(rows, of: padding ? PanelLayout.padded(matrix.columns) : matrix.columns, in: c.count)
  precondition(
    b.count >= matrix.offset + matrix.count, "\(b.count) floats, packed matrix to \(matrix.offset + matrix.count)")
  guard rows > 0, matrix.columns > 0 else { return }
  // Safety: the checks above bound every row of a, panel of b and row of c.
  unsafe multiplyPanels(
    rows, a.address + aRows.offset, aRows.stride, b.address, matrix, c.address + cRows.offset, cRows.stride, padding)
}

private func multiplyPanels(
  _ rows: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ matrix: PanelLayout,
  _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ padding: Bool
) {
  var column = 0
  while column < matrix.columns {
    let left = matrix.columns - column
    let width = PanelLayout.width(of: left)
    // Safety: the panel is within b, and columns from `column` on are within each row of c, padded where `padding`
    // says so.
    let panel = unsafe b + matrix.start(of: column)
    let target = unsafe c + column
    let inner = matrix.inner
    let valid = padding ? width : min(left, width)
    switch width {
    #if WIDE
      // Six rows of two 512-bit registers came nearest to the peak rate at every inner size from 8 to 256.
      case 32:
        unsafe sweep(
          Three<Two<RowTile<WideLine<SIMD16<Float>>>>>.self, rows, a, aStride, panel, inner, target, cStride, valid)
      case 16:
        unsafe sweep(
          Three<Two<Two<RowTile<SIMD16<Float>>>>>.self, rows, a, aStride, panel, inner, target, cStride, valid)
    #else
      // Six rows of two 256-bit registers fill twelve of the sixteen there are.
      case 16:
        unsafe sweep(Three<Two<RowTile<SIMD16<Float>>>>.self, rows, a, aStride, panel, inner, target, cStride, valid)
    #endif
    default:
      unsafe sweep(Three<Two<Two<RowTile<SIMD8<Float>>>>>.self, rows, a, aStride, panel, inner, target, cStride, valid)
    }
    column += width
  }
}

/// One panel: tall tiles from the top; what is left below overlaps the last of them, which computes the same values
/// again.
@inline(__always)
private func sweep<Tall: Tile>(
  _ tall: Tall.Type, _ rows: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ panel: UnsafePointer<Float>,
  _ inner: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ valid: Int
) {
  // Safety: each tile's rows are below `rows`.
  if rows >= Tall.rows {
    unsafe climb(tall, rows, a, aStride, panel, inner, c, cStride, valid)
  } else if rows >= 4 {
    unsafe climb(Two<Two<RowTile<Tall.Columns>>>.self, rows, a, aStride, panel, inner, c, cStride, valid)
  } else {
    unsafe climb(RowTile<Tall.Columns>.self, rows, a, aStride, panel, inner, c, cStride, valid)
  }
}

@inline(__always)
private func climb<Block: Tile>(
  _ block: Block.Type, _ rows: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ panel: UnsafePointer<Float>,
  _ inner: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ valid: Int
) {
  let width = Block.Columns.width
  var row = 0
  while row < rows {
    let top = min(row, rows - Block.rows)
    // Safety: rows `top ..< top + Block.rows` exist.
    var tile = unsafe Block(at: panel, stride: 0)
    var scalars = unsafe a + top * aStride
    var line = unsafe panel + width
    for _ in 0..<inner {
      unsafe tile.add(scalars, stride: aStride, times: Block.Columns(at: line))
      unsafe scalars += 1
      unsafe line += width
    }
    let target = unsafe c + top * cStride
    if valid == width {
      unsafe tile.store(at: target, stride: cStride)
    } else {
      unsafe store(tile, at: target, stride: cStride, columns: valid)
    }
    row += Block.rows
  }
}

/// Stores the first `columns` columns of a tile, by way of a copy that has them all.
@inline(__always)
private func store<Block: Tile>(
  _ tile: Block, at address: UnsafeMutablePointer<Float>, stride: Int, columns: Int
) {
  let width = Block.Columns.width
  // Safety: `columns` floats of each row exist at the address, and all of each row in the copy.
  var room = TileCopy(repeating: 0)
  var copy = room.mutableSpan
  precondition(Block.rows * width <= copy.count, "a tile of \(Block.rows) × \(width)")
  unsafe tile.store(at: copy.address, stride: width)
  for row in 0..<Block.rows {
    for column in 0..<columns { unsafe address[row * stride + column] = copy[row * width + column] }
  }
}
