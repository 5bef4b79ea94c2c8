/// `C += Aᵀ·B`, summed over the rows in order: the gradient of a weight matrix.
/// - Parameters:
///   - a: `[rows × aColumns]`
///   - b: `[rows × bColumns]`; each row may be read up to `PanelLayout.padded(bColumns)` floats, whatever they are
///   - c: `[aColumns × bColumns]`, row-major without gaps from `cOffset` on
package func accumulateOuter(
  _ rows: Int, of a: Span<Float>, _ aRows: RowLayout, columns aColumns: Int, by b: Span<Float>, _ bRows: RowLayout,
  columns bColumns: Int, into c: inout MutableSpan<Float>, at cOffset: Int
) {
  aRows.check(rows, of: aColumns, in: a.count)
  bRows.check(rows, of: PanelLayout.padded(bColumns), in: b.count)
  RowLayout(offset: cOffset, stride: bColumns).check(aColumns, of: bColumns, in: c.count)
  guard rows > 0, aColumns > 0, bColumns > 0 else { return }
  // Safety: the checks above bound every row of a, b and c.
  unsafe accumulatePanels(
    rows, a.address + aRows.offset, aRows.stride, aColumns, b.address + bRows.offset, bRows.stride, bColumns,
    c.address + cOffset)
}

private func accumulatePanels(
  _ rows: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ aColumns: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ bColumns: Int, _ c: UnsafeMutablePointer<Float>
) {
  var column = 0
  while column < bColumns {
    let left = bColumns - column
    let width = PanelLayout.width(of: left)
    // Safety: columns from `column` on are within each row of b, padded, and of c.
    let source = unsafe b + column
    let target = unsafe c + column
    let valid = min(left, width)
    switch width {
    #if WIDE
      case 32:
        unsafe sweep(
          Two<Two<Two<RowTile<WideLine<SIMD16<Float>>>>>>.self, rows, a, aStride, aColumns, source, bStride, target,
          bColumns,
          valid)
      case 16:
        unsafe sweep(
          Two<Two<Two<Two<RowTile<SIMD16<Float>>>>>>.self, rows, a, aStride, aColumns, source, bStride, target,
          bColumns, valid)
    #else
      case 16:
        unsafe sweep(
          Two<Two<RowTile<SIMD16<Float>>>>.self, rows, a, aStride, aColumns, source, bStride, target, bColumns, valid)
    #endif
    default:
      unsafe sweep(
        Two<Two<Two<RowTile<SIMD8<Float>>>>>.self, rows, a, aStride, aColumns, source, bStride, target, bColumns, valid)
    }
    column += width
  }
}

/// One panel of C, from the top: tall tiles, then fours, then single rows.
@inline(__always)
private func sweep<Tall: Tile>(
  _ tall: Tall.Type, _ rows: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ aColumns: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ valid: Int
) {
  var k = 0
  // Safety: each tile takes columns of a that exist.
  while k + Tall.rows <= aColumns {
    unsafe accumulate(tall, rows, a + k, aStride, b, bStride, c + k * cStride, cStride, valid)
    k += Tall.rows
  }
  while k + 4 <= aColumns {
    unsafe accumulate(
      Two<Two<RowTile<Tall.Columns>>>.self, rows, a + k, aStride, b, bStride, c + k * cStride, cStride, valid)
    k += 4
  }
  while k < aColumns {
    unsafe accumulate(RowTile<Tall.Columns>.self, rows, a + k, aStride, b, bStride, c + k * cStride, cStride, valid)
    k += 1
  }
}

@inline(never)
private func accumulate<Block: Tile>(
  _ block: Block.Type, _ rows: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int,
  _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ valid: Int
) {
  let width = Block.Columns.width
  // Safety: the caller has checked the columns; rows are below `rows`.
  guard valid < width else {
    unsafe accumulateTile(block, rows, a, aStride, b, bStride, c, cStride)
    return
  }
  // Columns that do not exist are neither read nor written: the tile works on a copy that has them.
  var room = TileCopy(repeating: 0)
  var copy = room.mutableSpan
  precondition(Block.rows * width <= copy.count, "a tile of \(Block.rows) × \(width)")
  for row in 0..<Block.rows {
    for column in 0..<valid { copy[row * width + column] = unsafe c[row * cStride + column] }
  }
  unsafe accumulateTile(block, rows, a, aStride, b, bStride, copy.address, width)
  for row in 0..<Block.rows {
    for column in 0..<valid { unsafe c[row * cStride + column] = copy[row * width + column] }
  }
}

@inline(__always)
private func accumulateTile<Block: Tile>(
  _ block: Block.Type, _ rows: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int,
  _ c: UnsafeMutablePointer<Float>, _ cStride: Int
) {
  // Safety: see above; whole lines of `c` exist.
  var tile = unsafe Block(at: c, stride: cStride)
  var scalars = unsafe a
  var line = unsafe b
  for _ in 0..<rows {
    unsafe tile.add(scalars, stride: 1, times: Block.Columns(at: line))
    unsafe scalars += aStride
    unsafe line += bStride
  }
  unsafe tile.store(at: c, stride: cStride)
}
