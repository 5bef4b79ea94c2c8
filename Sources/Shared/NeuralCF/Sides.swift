import Kernels
import Plan

/// From a table's rows to what they contribute to their samples, and back from the gradients of that.
enum Sides {
  /// Fills the sides of a table's rows.
  /// - Parameters:
  ///   - rows: `[count × rowWidth]`
  ///   - sides: `[count × side stride]` or more, once filled with zeros
  static func fill(
    _ count: Int, of table: TableID, _ rows: Span<Float>, _ layout: ForwardLayout, weights: borrowing FloatBuffer,
    into buffer: inout FloatBuffer
  ) {
    let side = table == .user ? layout.user : layout.item
    let weights = weights.span
    var sides = buffer.mutableSpan
    scaleRows(count, of: rows, side.factors, by: weights.extracting(side.scales), into: &sides, layout.pairs)
    if layout.hasScalar { clearScalars(count, table, layout, in: &sides) }
    multiplyRows(count, of: rows, side.embeddings, by: weights, side.forward, into: &sides, side.products)
    if layout.shape.hasRowBias { addBiases(count, table, rows, layout, to: &sides) }
  }

  private static func clearScalars(
    _ count: Int, _ table: TableID, _ layout: ForwardLayout, in sides: inout MutableSpan<Float>
  ) {
    for row in 0..<count {
      let place = row * layout.pairs.stride + layout.shape.factors
      sides[place] = table == .user ? 0 : 1
      sides[place + 1] = table == .user ? 1 : 0
    }
  }

  /// To what the tower's output weights have put there, where it has no hidden layer.
  private static func addBiases(
    _ count: Int, _ table: TableID, _ rows: Span<Float>, _ layout: ForwardLayout, to sides: inout MutableSpan<Float>
  ) {
    let width = layout.shape.rowWidth
    let column = layout.shape.factors + (table == .user ? 0 : 1)
    for row in 0..<count { sides[row * layout.pairs.stride + column] += rows[(row + 1) * width - 1] }
  }

  /// Turns the gradients of sides into the gradients of rows, and adds those of the dense weights that act on rows.
  /// - Parameters:
  ///   - rows, gradients: `[count × rowWidth]`
  ///   - sums: `[count × side stride]` or more, the gradients of the sides
  static func finish(
    _ count: Int, of table: TableID, _ rows: Span<Float>, _ layout: ForwardLayout, weights: borrowing FloatBuffer,
    sums: borrowing FloatBuffer, into gradients: inout MutableSpan<Float>, dense: inout MutableSpan<Float>
  ) {
    let shape = layout.shape
    let side = table == .user ? layout.user : layout.item
    let weights = weights.span
    let sums = sums.span
    scaleRows(count, of: sums, layout.pairs, by: weights.extracting(side.scales), into: &gradients, side.factors)
    if shape.hasRowBias {
      let column = shape.factors + (table == .user ? 0 : 1)
      for row in 0..<count {
        gradients[(row + 1) * shape.rowWidth - 1] = sums[row * layout.pairs.stride + column]
      }
    }
    if table == .user {
      accumulateProducts(
        count, of: rows, side.factors, by: sums, layout.pairs, width: layout.outputFactorsRange.count, into: &dense,
        at: layout.outputFactorsRange.lowerBound)
      sumRows(
        count, of: sums, layout.firsts, width: layout.firstBiasRange.count, into: &dense,
        at: layout.firstBiasRange.lowerBound)
    }
    multiplyRows(count, of: sums, side.products, by: weights, side.backward, into: &gradients, side.embeddings)
    accumulateOuter(
      count, of: rows, side.embeddings, columns: shape.embedding, by: sums, side.products,
      columns: side.forward.columns, into: &dense, at: side.weightRange.lowerBound)
  }
}
