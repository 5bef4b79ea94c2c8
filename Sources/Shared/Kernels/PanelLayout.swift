/// Where the elements of a packed `[inner × columns]` matrix stand: its columns are cut into panels as wide as a register
/// tile, and each panel holds its bias row, then its `inner` rows, without gaps.
package struct PanelLayout: Sendable, Equatable {
  /// Columns that one tile of the product computes.
  package struct Panel: Sendable, Equatable {
    /// The first column, and how many of the panel's columns exist; the rest are zero.
    package let column: Int
    package let valid: Int
    /// Floats per packed row.
    package let width: Int
    /// Where the panel starts.
    package let offset: Int
  }

  package let inner: Int
  package let columns: Int
  package let panels: [Panel]
  /// The floats of the packed matrix.
  package let count: Int

  package init(inner: Int, columns: Int) {
    precondition(inner >= 0 && columns >= 0, "a matrix of \(inner) × \(columns)")
    self.inner = inner
    self.columns = columns
    var panels: [Panel] = []
    var column = 0
    var offset = 0
    while column < columns {
      let left = columns - column
      let width = left > 8 ? 16 : 8
      panels.append(Panel(column: column, valid: min(left, width), width: width, offset: offset))
      offset += (inner + 1) * width
      column += width
    }
    self.panels = panels
    count = offset
  }

  /// Packs `bias` (`[columns]`, or empty for zeros) and the elements at `weights[k × rowStride + column × columnStride]`; a
  /// transposed matrix has the strides exchanged.
  package func pack(
    _ weights: Span<Float>, rowStride: Int, columnStride: Int, bias: Span<Float>, into packed: inout MutableSpan<Float>
  ) {
    precondition(packed.count >= count, "\(packed.count) floats for a packed matrix of \(count)")
    precondition(bias.isEmpty || bias.count == columns, "\(bias.count) biases for \(columns) columns")
    for panel in panels {
      for lane in 0..<panel.width {
        let exists = lane < panel.valid
        packed[panel.offset + lane] = exists && !bias.isEmpty ? bias[panel.column + lane] : 0
      }
      for k in 0..<inner {
        let line = panel.offset + (k + 1) * panel.width
        for lane in 0..<panel.width {
          let source = k * rowStride + (panel.column + lane) * columnStride
          packed[line + lane] = lane < panel.valid ? weights[source] : 0
        }
      }
    }
  }
}
