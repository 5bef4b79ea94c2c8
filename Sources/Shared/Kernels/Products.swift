/// `C = 1·bias + A·B`: rows of `[rows × inner]` times a `[inner × columns]` matrix that is packed as `layout` says.
///
/// Every element is the bias, then `inner` fused multiply-adds in order, whatever row it stands in.
/// - Parameters:
///   - a: row `r` starts at `r × aStride`
///   - c: row `r` starts at `r × cStride`; exactly `columns` floats of each row are written
package func multiplyRows(
  _ rows: Int, of a: Span<Float>, stride aStride: Int, by b: Span<Float>, _ layout: PanelLayout,
  into c: inout MutableSpan<Float>, stride cStride: Int
) {
  guard rows > 0 else { return }
  precondition((rows - 1) * aStride + layout.inner <= a.count, "\(rows) rows \(aStride) apart in \(a.count) floats")
  precondition((rows - 1) * cStride + layout.columns <= c.count, "\(rows) rows \(cStride) apart in \(c.count) floats")
  precondition(b.count >= layout.count, "\(b.count) floats for a packed matrix of \(layout.count)")
  // Safety: the preconditions bound every index below.
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      unsafe c.withUnsafeMutableBufferPointer { c in
        for row in 0..<rows {
          for panel in layout.panels {
            let start = panel.offset
            for lane in 0..<panel.valid { unsafe c[row * cStride + panel.column + lane] = b[start + lane] }
            for k in 0..<layout.inner {
              let scalar = unsafe a[row * aStride + k]
              let line = start + (k + 1) * panel.width
              for lane in 0..<panel.valid {
                let place = row * cStride + panel.column + lane
                unsafe c[place] = multiplyAdd(scalar, b[line + lane], c[place])
              }
            }
          }
        }
      }
    }
  }
}

/// `C += Aᵀ·B`, summed over `rows` in order: the gradient of a weight matrix.
/// - Parameters:
///   - a: `[rows × aColumns]`, row `r` at `r × aStride`
///   - b: `[rows × bColumns]`, row `r` at `r × bStride`
///   - c: `[aColumns × bColumns]`, row-major without gaps
package func accumulateOuter(
  _ rows: Int, of a: Span<Float>, stride aStride: Int, columns aColumns: Int, by b: Span<Float>, stride bStride: Int,
  columns bColumns: Int, into c: inout MutableSpan<Float>
) {
  guard rows > 0 else { return }
  precondition((rows - 1) * aStride + aColumns <= a.count, "\(rows) rows \(aStride) apart in \(a.count) floats")
  precondition((rows - 1) * bStride + bColumns <= b.count, "\(rows) rows \(bStride) apart in \(b.count) floats")
  precondition(aColumns * bColumns <= c.count, "\(c.count) floats for \(aColumns) × \(bColumns)")
  // Safety: the preconditions bound every index below.
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      unsafe c.withUnsafeMutableBufferPointer { c in
        for row in 0..<rows {
          for k in 0..<aColumns {
            let scalar = unsafe a[row * aStride + k]
            for j in 0..<bColumns {
              let place = k * bColumns + j
              unsafe c[place] = multiplyAdd(scalar, b[row * bStride + j], c[place])
            }
          }
        }
      }
    }
  }
}
