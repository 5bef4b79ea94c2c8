import Kernels

/// Each kernel as its formula reads: straight loops over rows, which the compiler turns into vector instructions where
/// it can; no panels, no tiles, nothing fetched ahead. They are built for the same processor as the fast ones.
enum Plain {
  /// `C = 1·bias + A·B`, with `b` `[inner × columns]`.
  @inline(never)
  static func multiply(
    _ rows: Int, _ a: Span<Float>, _ aRows: RowLayout, _ b: Span<Float>, inner: Int, columns: Int, bias: Span<Float>,
    into c: inout MutableSpan<Float>, _ cRows: RowLayout
  ) {
    for row in 0..<rows {
      let start = cRows.offset + row * cRows.stride
      var target = c._mutatingExtracting(start..<start + columns)
      copy(bias, to: &target)
      for k in 0..<inner {
        add(b.extracting(k * columns..<(k + 1) * columns), times: a[aRows.offset + row * aRows.stride + k], to: &target)
      }
    }
  }

  /// `C += Aᵀ·B`, with `c` `[aColumns × bColumns]`.
  @inline(never)
  static func accumulate(
    _ rows: Int, _ a: Span<Float>, _ aRows: RowLayout, columns aColumns: Int, _ b: Span<Float>, _ bRows: RowLayout,
    columns bColumns: Int, into c: inout MutableSpan<Float>
  ) {
    for row in 0..<rows {
      let start = bRows.offset + row * bRows.stride
      let line = b.extracting(start..<start + bColumns)
      for left in 0..<aColumns {
        var target = c._mutatingExtracting(left * bColumns..<(left + 1) * bColumns)
        add(line, times: a[aRows.offset + row * aRows.stride + left], to: &target)
      }
    }
  }

  @inline(never)
  static func gather(_ places: Span<UInt32>, _ source: Span<Float>, width: Int, into rows: inout MutableSpan<Float>) {
    for index in places.indices {
      var target = rows._mutatingExtracting(index * width..<(index + 1) * width)
      copy(source.row(places[index], width), to: &target)
    }
  }

  @inline(never)
  static func gatherSums(
    _ lefts: Span<UInt32>, _ left: Span<Float>, _ rights: Span<UInt32>, _ right: Span<Float>, width: Int,
    into sums: inout MutableSpan<Float>
  ) {
    for sample in lefts.indices {
      var target = sums._mutatingExtracting(sample * width..<(sample + 1) * width)
      copy(left.row(lefts[sample], width), to: &target)
      add(right.row(rights[sample], width), times: 1, to: &target)
    }
  }

  @inline(never)
  static func scatter(
    _ gradients: Span<Float>, width: Int, _ lefts: Span<UInt32>, into leftSums: inout MutableSpan<Float>,
    _ rights: Span<UInt32>, into rightSums: inout MutableSpan<Float>
  ) {
    for sample in lefts.indices {
      let gradient = gradients.row(UInt32(sample), width)
      var left = leftSums._mutatingExtracting(Int(lefts[sample]) * width..<(Int(lefts[sample]) + 1) * width)
      add(gradient, times: 1, to: &left)
      var right = rightSums._mutatingExtracting(Int(rights[sample]) * width..<(Int(rights[sample]) + 1) * width)
      add(gradient, times: 1, to: &right)
    }
  }

  @inline(never)
  static func merge(
    _ leftRows: Span<UInt32>, _ left: Span<Float>, _ rightRows: Span<UInt32>, _ right: Span<Float>, width: Int,
    into rows: inout [UInt32], _ sums: inout MutableSpan<Float>
  ) {
    var (i, j) = (0, 0)
    while i < leftRows.count || j < rightRows.count {
      let first = i < leftRows.count ? leftRows[i] : .max
      let second = j < rightRows.count ? rightRows[j] : .max
      var target = sums._mutatingExtracting(rows.count * width..<(rows.count + 1) * width)
      rows.append(min(first, second))
      if first <= second {
        copy(left.row(UInt32(i), width), to: &target)
        i += 1
        guard first == second else { continue }
        add(right.row(UInt32(j), width), times: 1, to: &target)
        j += 1
      } else {
        copy(right.row(UInt32(j), width), to: &target)
        j += 1
      }
    }
  }

  @inline(never)
  static func rectify(_ sums: Span<Float>, into values: inout MutableSpan<Float>) {
    precondition(sums.count == values.count, "\(sums.count) sums and \(values.count) values")
    for index in 0..<sums.count { values[index] = sums[index] > 0 ? sums[index] : 0 }
  }

  /// `sums = upstream ⊙ f'(sums)`
  @inline(never)
  static func attenuate(_ upstream: Span<Float>, into sums: inout MutableSpan<Float>) {
    precondition(sums.count == upstream.count, "\(sums.count) sums and \(upstream.count) gradients")
    for index in 0..<sums.count {
      let gradient = upstream[index]
      sums[index] = sums[index] > 0 ? gradient : 0
    }
  }

  @inline(__always)
  private static func copy(_ source: Span<Float>, to target: inout MutableSpan<Float>) {
    precondition(source.count == target.count, "\(source.count) floats to \(target.count)")
    for lane in 0..<source.count { target[lane] = source[lane] }
  }

  @inline(__always)
  private static func add(_ source: Span<Float>, times factor: Float, to target: inout MutableSpan<Float>) {
    precondition(source.count == target.count, "\(source.count) floats to \(target.count)")
    for lane in 0..<source.count { target[lane] += factor * source[lane] }
  }
}

extension Span<Float> {
  /// The `index`-th run of `width` floats.
  @inline(__always)
  @_lifetime(copy self)
  func row(_ index: UInt32, _ width: Int) -> Span<Float> {
    extracting(Int(index) * width..<(Int(index) + 1) * width)
  }
}
