/// Where the elements of a packed `[inner × columns]` matrix stand: its columns are cut into panels as wide as a
/// register tile, and each panel holds a row of biases, then its `inner` rows, without gaps.
package struct PanelLayout: Sendable, Equatable {
  package let inner: Int
  package let columns: Int
  /// Where the matrix starts in the buffer that holds it.
  package let offset: Int

  package init(inner: Int, columns: Int, offset: Int = 0) {
    precondition(inner >= 0 && columns >= 0 && offset >= 0, "a matrix of \(inner) × \(columns) at \(offset)")
    self.inner = inner
    self.columns = columns
    self.offset = offset
  }

  /// The floats of the packed matrix.
  package var count: Int { (inner + 1) * Self.padded(columns) }

  /// The floats of a row that kernels may read and fill whole: `width` rounded up to a multiple of 8.
  @inlinable @inline(__always)
  package static func padded(_ width: Int) -> Int { (width + 7) & ~7 }

  /// The columns of the next panel when `left` columns are left; the last panel may have more than are left.
  @inline(__always)
  static func width(of left: Int) -> Int {
    #if WIDE
      if left > 24 { return 32 }
    #endif
    return left > 8 ? 16 : 8
  }

  /// Where the panel that starts at `column` stands.
  @inline(__always)
  func start(of column: Int) -> Int { offset + column * (inner + 1) }

  /// Packs `bias` (`[columns]`, or empty for zeros) and the matrix, or its transpose.
  /// - Parameter weights: row-major without gaps: `[inner × columns]`, or `[columns × inner]` where `transposed`
  package func pack(
    _ weights: Span<Float>, transposed: Bool = false, bias: Span<Float>, into packed: inout MutableSpan<Float>
  ) {
    precondition(
      packed.count >= offset + count, "\(packed.count) floats for a packed matrix at \(offset)..<\(offset + count)")
    precondition(weights.count == inner * columns, "\(weights.count) weights for a matrix of \(inner) × \(columns)")
    precondition(bias.isEmpty || bias.count == columns, "\(bias.count) biases for \(columns) columns")
    // Safety: the panels lie within `count` floats from `offset` on, and the sources within the counts checked above.
    unsafe fill(packed.address, weights.address, transposed, bias.isEmpty ? nil : bias.address)
  }

  private func fill(
    _ target: UnsafeMutablePointer<Float>, _ weights: UnsafePointer<Float>, _ transposed: Bool,
    _ bias: UnsafePointer<Float>?
  ) {
    var column = 0
    while column < columns {
      let width = Self.width(of: columns - column)
      let valid = min(width, columns - column)
      // Safety: see `pack`.
      let panel = unsafe target + start(of: column)
      unsafe panel.update(repeating: 0, count: valid < width ? (inner + 1) * width : width)
      if let bias = unsafe bias { unsafe panel.update(from: bias + column, count: valid) }
      if transposed {
        for lane in 0..<valid {
          let source = unsafe weights + (column + lane) * inner
          for k in 0..<inner { unsafe panel[(k + 1) * width + lane] = source[k] }
        }
      } else {
        for k in 0..<inner {
          unsafe (panel + (k + 1) * width).update(from: weights + k * columns + column, count: valid)
        }
      }
      column += width
    }
  }
}
