/// Where the rows of a matrix stand in a span: row `r` starts at `offset + r × stride`.
package struct RowLayout: Sendable, Equatable {
  package let offset: Int
  package let stride: Int

  @inlinable @inline(__always)
  package init(offset: Int = 0, stride: Int) {
    self.offset = offset
    self.stride = stride
  }

  /// Stops unless `rows` rows of `width` floats lie within `count` floats.
  @inlinable @inline(__always)
  package func check(_ rows: Int, of width: Int, in count: Int) {
    precondition(
      offset >= 0 && stride >= 0 && width >= 0
        && (rows <= 0 || width == 0 || offset + (rows - 1) * stride + width <= count),
      "\(rows) rows of \(width) floats, \(stride) apart from \(offset) on, in \(count) floats")
  }
}
